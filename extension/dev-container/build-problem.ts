/** Why `devcontainer up` failed: what its last line says, or the last lines of the build. */
export function buildProblem(stdout: string, stderr: string): string {
  const last = stdout.trim().split("\n").at(-1) ?? "";
  const failures = stderr
    .split(/[\r\n]+/)
    .map((line) => line.replace(/^\[[^\]]*\]\s*/, "").trim())
    // That the command failed is known; which command it was is the CLI's business.
    .filter(
      (line) => /\berror\b|failed|returned a non-zero code/i.test(line) && !/Command failed/.test(line),
    );
  const said = failures.findLast((line) => /failed to solve/.test(line)) ?? failures.slice(-2).join(" ");
  const outcome = /"(?:message|description)":"([^"]*)"/.exec(last)?.[1] ?? "";
  return `The Dev Container could not be built: ${said || outcome || "it said nothing"}. The log has all of it; put .devcontainer right, then run the flow again.`;
}
