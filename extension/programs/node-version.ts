/** The oldest Node that runs flows. */
const oldestNode = "20.19.0";

/** Whether a version, such as `20.19.3` or `v24.1.0`, is new enough. */
export function isNewEnough(version: string, oldest: string = oldestNode): boolean {
  const [a, b] = [parts(version), parts(oldest)];
  for (const [i, least] of b.entries()) {
    const part = a[i] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

/** The newest first. */
export function byVersion(a: string, b: string): number {
  return isNewEnough(a, b) ? (a === b ? 0 : -1) : 1;
}

function parts(version: string): number[] {
  return version
    .replace(/^v/, "")
    .split(".")
    .map((part) => Number.parseInt(part, 10) || 0);
}

/** Why a Node can't be used, in words for the user. */
export function tooOldMessage(path: string, version: string): string {
  return `Millrace needs Node.js ${oldestNode} or later; ${path} is ${version}.`;
}
