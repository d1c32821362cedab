// `npm run kernel`: assembles csv-proof.wat after it has changed. Its result is committed, so that a build needs no
// assembler.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./freshness.mjs";

const source = join(root, "runtime", "tables", "duckdb", "csv-proof.wat");
const folder = mkdtempSync(join(tmpdir(), "millrace-kernel-"));
try {
  const binary = join(folder, "csv-proof.wasm");
  const args = ["--yes", "--package=wabt@1", "wat2wasm", source, "-o", binary];
  const { status } = spawnSync("npx", args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  const sha256 = createHash("sha256").update(readFileSync(source)).digest("hex");
  const lines = readFileSync(binary)
    .toString("base64")
    .match(/.{1,100}/g);
  writeFileSync(
    join(root, "runtime", "tables", "duckdb", "csv-proof-wasm.ts"),
    `// Written by \`npm run kernel\`.

/** Of csv-proof.wat, which this was made of. */
export const sourceSha256 = "${sha256}";

/** The WebAssembly module, in base64. */
export const base64 =
${lines.map((line) => `  "${line}"`).join(" +\n")};
`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
