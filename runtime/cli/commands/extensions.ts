import { listExtensions } from "../../operations/list-extensions.ts";
import { print, printJson } from "../output.ts";

export interface ExtensionsOptions {
  readonly json?: boolean;
}

/** `millrace extensions`: which of DuckDB's extensions are there, and where; `install` fetches them. */
export async function extensionsCommand(
  names: readonly string[] | undefined,
  options: ExtensionsOptions,
): Promise<void> {
  const { engine, folder, extensions } = await listExtensions(names);
  if (options.json) {
    printJson({ engine, folder, extensions });
    return;
  }
  print(`DuckDB ${engine}; extensions are in ${folder}\n`);
  const width = Math.max(...extensions.map(({ name }) => name.length));
  for (const { name, purpose, file } of extensions)
    print(`${name.padEnd(width)}  ${file === undefined ? "not installed" : "installed    "}  ${purpose}\n`);
}
