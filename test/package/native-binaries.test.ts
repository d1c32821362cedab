import assert from "node:assert/strict";
import { join, resolve } from "node:path";

interface Binary {
  readonly path: string;
  readonly systems: readonly string[];
  readonly libc?: string | undefined;
}

interface NativeBinaries {
  systemsOf(head: Uint8Array): readonly string[];
  libcOf(bytes: Buffer): string | undefined;
  binariesBelow(folder: string): readonly Binary[];
  binaryProblems(binaries: readonly Binary[], platform: string): readonly string[];
}

const root = resolve(import.meta.dirname, "..", "..");

/** A file's first bytes: those given at their places, and else zeros. */
function head(...parts: readonly (readonly [at: number, bytes: readonly number[]])[]): Uint8Array {
  const bytes = new Uint8Array(256);
  for (const [at, values] of parts) bytes.set(values, at);
  return bytes;
}

const elf = [0, [0x7f, 0x45, 0x4c, 0x46, 2, 1]] as const;
const pe = [
  [0, [0x4d, 0x5a]],
  [0x3c, [0x80]],
] as const;

describe("Native binaries", () => {
  let { systemsOf, libcOf, binariesBelow, binaryProblems } = {} as NativeBinaries; // loaded before the tests

  before(async () => {
    ({ systemsOf, libcOf, binariesBelow, binaryProblems } = (await import(
      join(root, ".build", "native-binaries.mjs")
    )) as NativeBinaries); // its functions, as declared above
  });

  it("tell by their headers which system they are for", () => {
    const heads = {
      "ELF, x86-64": head(elf, [18, [0x3e, 0]]),
      "ELF, AArch64": head(elf, [18, [0xb7, 0]]),
      "ELF, RISC-V": head(elf, [18, [0xf3, 0]]),
      "Mach-O, x86-64": head([0, [0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1]]),
      "Mach-O, ARM64": head([0, [0xcf, 0xfa, 0xed, 0xfe, 12, 0, 0, 1]]),
      "Mach-O, universal": head([0, [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2, 1, 0, 0, 7]], [28, [1, 0, 0, 12]]),
      "a class file of Java's": head([0, [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 65]]),
      "PE, x86-64": head(...pe, [0x80, [0x50, 0x45, 0, 0, 0x64, 0x86]]),
      "PE, ARM64": head(...pe, [0x80, [0x50, 0x45, 0, 0, 0x64, 0xaa]]),
      "a text that begins with MZ": Buffer.from("MZ".padEnd(200, " are two letters")),
      "an empty file": new Uint8Array(),
      "a script": Buffer.from("#!/usr/bin/env node\n".padEnd(100)),
    };
    assert.deepEqual(
      Object.fromEntries(Object.entries(heads).map(([name, bytes]) => [name, systemsOf(bytes).join(" ")])),
      {
        "ELF, x86-64": "linux-x64",
        "ELF, AArch64": "linux-arm64",
        "ELF, RISC-V": "linux-other",
        "Mach-O, x86-64": "darwin-x64",
        "Mach-O, ARM64": "darwin-arm64",
        "Mach-O, universal": "darwin-x64 darwin-arm64",
        "a class file of Java's": "",
        "PE, x86-64": "win32-x64",
        "PE, ARM64": "win32-arm64",
        "a text that begins with MZ": "",
        "an empty file": "",
        "a script": "",
      },
    );
    assert.deepEqual(
      ["x libc.so.6 y", "x libc.musl-x86_64.so.1 y", "Go"].map((text) => libcOf(Buffer.from(text))),
      ["glibc", "musl", undefined],
    );
  });

  it("are found in what is installed here, each for this machine", () => {
    const here = binariesBelow(join(root, "node_modules", "@duckdb"));
    assert.deepEqual(
      [...new Set(here.flatMap((each) => each.systems))],
      [`${process.platform}-${process.arch}`],
    );
  });

  it("that another platform would need, or that are missing, keep a package from being made", () => {
    const binding = (system: string, libc?: string) => ({
      path: `node_modules/@duckdb/node-bindings-${system}/duckdb.node`,
      systems: [system],
      libc,
    });
    const library = { ...binding("linux-x64", "glibc"), path: "node_modules/@duckdb/x/libduckdb.so" };
    const esbuild = { path: "node_modules/@esbuild/linux-x64/bin/esbuild", systems: ["linux-x64"] };
    const whole = [binding("linux-x64", "glibc"), library, esbuild];
    assert.deepEqual(binaryProblems(whole, "linux-x64"), []);
    assert.deepEqual(binaryProblems([...whole, binding("darwin-arm64")], "linux-x64"), [
      "node_modules/@duckdb/node-bindings-darwin-arm64/duckdb.node is for darwin-arm64.",
    ]);
    assert.deepEqual(binaryProblems(whole, "alpine-x64"), [
      "node_modules/@duckdb/node-bindings-linux-x64/duckdb.node is for linux-x64 with glibc.",
      "node_modules/@duckdb/x/libduckdb.so is for linux-x64 with glibc.",
    ]);
    const universal = {
      path: "node_modules/@duckdb/x/libduckdb.dylib",
      systems: ["darwin-x64", "darwin-arm64"],
    };
    const program = { path: "node_modules/@esbuild/darwin-x64/bin/esbuild", systems: ["darwin-x64"] };
    assert.deepEqual(binaryProblems([binding("darwin-x64"), universal, program], "darwin-x64"), []);
    assert.deepEqual(binaryProblems([esbuild], "linux-x64"), [
      "DuckDB's binding is missing.",
      "DuckDB's library is missing.",
    ]);
  });
});
