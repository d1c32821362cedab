import assert from "node:assert/strict";
import fc from "fast-check";
import { type ProgramPlaces, programLine } from "../../runtime/commands/program-line.ts";

function windows(...files: readonly string[]): ProgramPlaces {
  return {
    platform: "win32",
    env: { PATH: 'C:\\Windows;"C:\\Program Files\\nodejs";relative', comspec: "C:\\Windows\\cmd.exe" },
    cwd: "C:\\work",
    exists: (path) => files.includes(path),
  };
}

/** What the command interpreter hands on of a line: a caret gives the next character as it is. */
function interpreted(line: string): string {
  return line.replaceAll(/\^([\s\S])/g, "$1");
}

/** What a program's start-up code makes of its command line, as Microsoft's C runtime documents it. */
function argumentsIn(line: string): string[] {
  const args: string[] = [];
  let current: string | undefined;
  let isQuoted = false;
  for (let at = 0; at < line.length; ) {
    const slashes = /^\\+/.exec(line.slice(at))?.[0].length ?? 0;
    const isQuote = line[at + slashes] === '"';
    if (slashes > 0 || isQuote) {
      current = (current ?? "") + "\\".repeat(isQuote ? Math.floor(slashes / 2) : slashes);
      at += slashes;
      if (!isQuote) continue;
      if (slashes % 2 === 1) current += '"';
      else isQuoted = !isQuoted;
    } else if (line[at] === " " && !isQuoted) {
      if (current !== undefined) args.push(current);
      current = undefined;
    } else current = (current ?? "") + line[at];
    at++;
  }
  return current === undefined ? args : [...args, current];
}

describe("How a program is started", () => {
  it("is by its name as it is, where systems find and start whatever may be run", () => {
    const places: ProgramPlaces = { platform: "linux", env: {}, cwd: "/", exists: () => true };
    assert.deepEqual(programLine(["npm", "run", "a b"], places), { file: "npm", args: ["run", "a b"] });
  });

  it("is by its file on Windows, found as the command interpreter does", () => {
    const node = "C:\\Program Files\\nodejs\\node.exe";
    assert.deepEqual(programLine(["node", "-v"], windows(node)), { file: node, args: ["-v"] });
    assert.deepEqual(programLine(["node.exe"], windows(node)), { file: node, args: [] });
    assert.deepEqual(programLine(["tools\\x"], windows("C:\\work\\tools\\x.exe")), {
      file: "C:\\work\\tools\\x.exe",
      args: [],
    });
    assert.deepEqual(programLine(["none"], windows()), { file: "none", args: [] }, "spawn says ENOENT");
    assert.deepEqual(
      programLine(["here"], windows("C:\\work\\here.exe")).file,
      "here",
      "not beside the flow",
    );
  });

  it("is by the command interpreter on Windows, where it is a script as npm is", () => {
    const npm = "C:\\Program Files\\nodejs\\npm.cmd";
    assert.deepEqual(programLine(["npm", "run", "a & b"], windows(npm)), {
      file: "C:\\Windows\\cmd.exe",
      args: ["/d", "/s", "/c", '"C:\\Program^ Files\\nodejs\\npm.cmd ^^^"run^^^" ^^^"a^^^ ^^^&^^^ b^^^""'],
      windowsVerbatimArguments: true,
    });
  });

  it("is refused for what a script can't be given", () => {
    const npm = "C:\\Windows\\npm.cmd";
    assert.throws(() => programLine(["npm", "a\nb"], windows(npm)), /npm\.cmd is a script.*"a\\nb"/);
  });

  it("gives a script the arguments that it was given, whatever is in them", () => {
    const npm = "C:\\Program Files\\nodejs\\npm.cmd";
    const text = fc.string({ unit: fc.constantFrom(...'ab \\"%!^&|<>()*?;,`[]=é'.split("")) });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (args) => {
        const line = programLine(["npm", ...args], windows(npm)).args.at(-1) ?? "";
        // Once for the line, once for the script, which hands its own arguments on.
        const given = interpreted(interpreted(line.slice(1, -1)).slice(npm.length));
        assert.deepEqual(argumentsIn(given), args);
        assert.doesNotMatch(
          line.slice(1, -1).replaceAll(/\^[\s\S]/g, ""),
          /[&|<>%"]/,
          "nothing is left to obey",
        );
      }),
    );
  });
});
