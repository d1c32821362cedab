import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cli, makeRoom, removeRoom } from "../cli/cli.ts";
import { type CodeBlock, codeBlocks, pages, root } from "./pages.ts";

/**
 * Command lines that aren't run here, and the test that runs each, or why none does. Those of npm scripts are looked up
 * in package.json.
 */
const elsewhere: readonly (readonly [command: RegExp, where: string])[] = [
  [/^docker compose run /, "test/devcontainer/dev-container.mocha.ts"],
  [
    /^(python3 -m venv|export SPARK_HOME|\$SPARK_HOME|--master)/,
    "test/spark/server.ts starts the same server",
  ],
  [/--session sc:/, "test/spark"],
  [
    /download movielens --size|--input movielens-small/,
    "test/cli/download.test.ts, against a server of its own",
  ],
  [/^(code|devcontainer|git clone|gh) /, "a program that isn't here"],
  [/^MILLRACE_\w+=\S+ npm /, "a variable of the tests"],
  [/^node node_modules\/mocha\/bin\/mocha\.js|^node --import tsx node_modules/, "how this test is run"],
];

/** The command lines of a block, without comments; a line that ends in a backslash goes on. */
function commandLines({ text }: CodeBlock): readonly string[] {
  return text
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) =>
      line
        .replace(/(^|\s+)#.*$/, "")
        .replace(/ &$/, "")
        .trim(),
    )
    .filter((line) => line !== "");
}

/** A line's words as a shell has them, of a line that needs no more than quotes. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
}

describe("The documentation's command lines", function () {
  this.timeout(120_000);
  const blocks = pages()
    .flatMap(codeBlocks)
    .filter(({ language }) => language === "sh");
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object }; // npm's
  const ours = /^(?:npx --no -- )?millrace (.*)$/;
  const isElsewhere = (line: string) => elsewhere.some(([command]) => command.test(line));

  for (const page of new Set(blocks.map((block) => block.page))) {
    it(`run, those of ${page}`, async () => {
      const cities = codeBlocks({ path: "README.md", text: readFileSync(join(root, "README.md"), "utf8") });
      const flow = cities.find(({ file }) => file === "cities.flow.ts");
      const room = makeRoom({
        "cities.flow.ts": flow?.text ?? "",
        "days.csv": "city,celsius\nRome,19\nOslo,6\n",
      });
      try {
        for (const block of blocks.filter((each) => each.page === page)) {
          for (const line of commandLines(block)) {
            const where = `${page}:${block.line}: ${line}`;
            const script = /^npm (?:run )?(start|test|[\w:]+)/.exec(line)?.[1];
            if (isElsewhere(line)) continue;
            if (script !== undefined) {
              assert.ok(script === "ci" || script in scripts, where);
              continue;
            }
            const args = ours.exec(line)?.[1];
            assert.ok(args !== undefined, `${where} is neither run here nor elsewhere`);
            const { code, stdout, stderr } = await cli(wordsOf(args), { cwd: room });
            assert.equal(code, 0, `${where}\n${stdout}${stderr}`);
          }
        }
      } finally {
        removeRoom(room);
      }
    });
  }
});
