// Which system a native binary is for, by its own header: what is in a package is checked, not where it came from.
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

const machines = {
  elf: new Map([
    [0x3e, "x64"],
    [0xb7, "arm64"],
  ]),
  macho: new Map([
    [0x01000007, "x64"],
    [0x0100000c, "arm64"],
  ]),
  pe: new Map([
    [0x8664, "x64"],
    [0xaa64, "arm64"],
  ]),
};

/**
 * The systems that a file's code is for, like 'linux-x64', 'darwin-arm64' or 'win32-x64': a universal binary of macOS
 * has several.
 * @param head the file's first bytes, 4096 or the whole file.
 * @returns none for what is no native binary.
 */
export function systemsOf(head) {
  if (head.length < 64) return [];
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (view.getUint32(0) === 0x7f454c46)
    return [`linux-${machines.elf.get(view.getUint16(18, true)) ?? "other"}`];
  if (view.getUint32(0, true) === 0xfeedfacf)
    return [`darwin-${machines.macho.get(view.getUint32(4, true)) ?? "other"}`];
  if (view.getUint32(0) === 0xcafebabe) return universalSystems(view);
  if (view.getUint16(0) === 0x4d5a) {
    const at = view.getUint32(0x3c, true);
    if (at + 6 > head.length || view.getUint32(at) !== 0x50450000) return [];
    return [`win32-${machines.pe.get(view.getUint16(at + 4, true)) ?? "other"}`];
  }
  return [];
}

/** A class file of Java's begins with the same bytes; its version stands where the count is, and is 45 or more. */
function universalSystems(view) {
  const count = view.getUint32(4);
  if (count > 2) return [];
  return Array.from(
    { length: count },
    (_, at) => `darwin-${machines.macho.get(view.getUint32(8 + 20 * at)) ?? "other"}`,
  );
}

/** The C library that a Linux binary asks for; undefined for one that asks for none, as Go's. */
export function libcOf(bytes) {
  if (bytes.includes("libc.musl-")) return "musl";
  if (bytes.includes("libc.so.6")) return "glibc";
  return undefined;
}

/** The native binaries below a folder: their paths in it, and the systems that they are for. */
export function binariesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      const systems = systemsOf(headOf(path));
      if (systems.length === 0) return [];
      const libc = systems.some((each) => each.startsWith("linux-")) ? libcOf(readFileSync(path)) : undefined;
      return { path: path.slice(folder.length + 1).replaceAll("\\", "/"), systems, libc };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function headOf(path) {
  const head = Buffer.alloc(4096);
  const file = openSync(path, "r");
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

/**
 * Checks that a package has what its platform runs, and nothing that another would.
 * @param binaries as `binariesBelow` gives them.
 * @param platform like 'darwin-arm64' or 'alpine-x64'.
 * @returns what is wrong, in sentences.
 */
export function binaryProblems(binaries, platform) {
  const [os, cpu] = platform.split("-");
  const system = `${os === "alpine" ? "linux" : os}-${cpu}`;
  const libc = { alpine: "musl", linux: "glibc" }[os];
  const wrong = binaries.filter(
    (each) => !each.systems.includes(system) || (each.libc !== undefined && each.libc !== libc),
  );
  const missing = [
    ["DuckDB's binding", /@duckdb\/.*\/duckdb\.node$/],
    ["DuckDB's library", /@duckdb\/.*\/(libduckdb\.(so|dylib)|duckdb\.dll)$/],
    ["esbuild's program", /@esbuild\/.*\/esbuild(\.exe)?$/],
  ].filter(([, path]) => !binaries.some((each) => path.test(each.path)));
  return [
    ...wrong.map(
      (each) =>
        `${each.path} is for ${each.systems.join(" and ")}${each.libc === undefined ? "" : ` with ${each.libc}`}.`,
    ),
    ...missing.map(([what]) => `${what} is missing.`),
  ];
}
