import { dirname } from "node:path";
import { isCompatible } from "../programs/find-runtime.ts";
import { UserMessage } from "../shown/user-message.ts";
import { type DevContainer, insideText } from "./dev-container.ts";
import { docker, runHere } from "./docker-command.ts";

/**
 * Looks for Millrace as it is looked for here: beside the flow and above it, on the PATH, then as the extension of
 * the container's VS Code. Prints its cli.js and its version.
 */
const search = `
found() { echo "$1"; node "$1" --version; exit; }
for folder in "$@"; do
  for place in "$folder/node_modules/millrace" "$folder"; do
    if [ -f "$place/dist/cli.js" ] && grep -q '"name": *"millrace"' "$place/package.json"; then found "$place/dist/cli.js"; fi
  done
done
case "$(readlink -f "$(command -v millrace || echo /none)")" in *.js) found "$(readlink -f "$(command -v millrace)")";; esac
own=$(ls -d "$HOME"/.vscode-server*/extensions/millrace.millrace-*/dist/cli.js 2>/dev/null | tail -n 1)
[ -z "$own" ] || found "$own"
`;

/**
 * The cli.js that runs a flow in a container.
 * @param version of the extension, which has to understand what it says.
 * @throws {UserMessage} when there is none, or none that runs.
 */
export async function containerRuntime(
  container: DevContainer,
  { file, base, version }: { readonly file: string; readonly base: string; readonly version: string },
): Promise<string> {
  const folders = foldersBetween(insideText(container, dirname(file)), insideText(container, base));
  const said = await docker([
    "exec",
    ...userOption(container),
    container.id,
    "sh",
    "-c",
    search,
    "sh",
    ...folders,
  ]);
  const [script, its] = said.trim().split("\n");
  if (script === undefined || script === "")
    throw new UserMessage(
      "Millrace isn't in the Dev Container. Install this extension there, when VS Code is attached to the container, or link Millrace's own folder into the workspace's node_modules.",
      [runHere],
    );
  if (its === undefined)
    throw new UserMessage(`The Dev Container has no Node.js that runs ${script}: it needs 20.19 or later.`, [
      runHere,
    ]);
  if (!isCompatible(its, version))
    throw new UserMessage(
      `The Dev Container has Millrace ${its} (${script}), which doesn't fit this extension's ${version}. Install ${version} there.`,
      [runHere],
    );
  return script;
}

export function userOption({ user }: DevContainer): string[] {
  return user === undefined ? [] : ["--user", user];
}

/** A POSIX folder, and those above it up to another. */
export function foldersBetween(folder: string, top: string): string[] {
  const folders = [folder];
  while (folder !== top && folder.startsWith(`${top}/`)) {
    folder = folder.slice(0, folder.lastIndexOf("/"));
    folders.push(folder);
  }
  return folders;
}
