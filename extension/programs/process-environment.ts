/** The environment of a run's process: ours without what makes a Node think it is inside VS Code. */
export function processEnvironment(
  environment: { readonly [name: string]: string | undefined } = process.env,
): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(VSCODE_|ELECTRON_)/.test(entry[0]),
  );
  return Object.fromEntries(kept);
}
