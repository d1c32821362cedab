import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Installation } from "./set-up.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "..", "..", "..");

let installed: Promise<string> | undefined;

/** Packages the extension and installs it as users do, once for all tests. @returns the extensions' folder. */
export function installedExtension(vsCode: Installation): Promise<string> {
  installed ??= install(vsCode);
  return installed;
}

async function install({ node, entry }: Installation): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-e2e-extensions-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const given = process.env.MILLRACE_VSIX;
  const vsix = given ?? join(root, `millrace-${process.platform}-${process.arch}.vsix`);
  if (given === undefined)
    await run(process.execPath, [join(root, ".build", "package.mjs")], { maxBuffer: 1 << 26 });
  const extensions = join(folder, "extensions");
  const args = [
    "--extensions-dir",
    extensions,
    "--user-data-dir",
    join(folder, "data"),
    "--install-extension",
    vsix,
  ];
  await run(node, [entry, ...args], { env: { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' } });
  return extensions;
}
