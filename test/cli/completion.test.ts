import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cli, entry, makeRoom, removeRoom } from "./cli.ts";
import { shop } from "./flows.ts";

describe("completion", () => {
  let room: string;
  before(async () => {
    room = makeRoom({
      "shop.flow.ts": shop,
      "my shop.flow.ts": shop,
      "bin/millrace": `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`,
    });
    chmodSync(join(room, "bin", "millrace"), 0o755);
    await cli(["run", "--name", "first-run", "--quiet", "./shop.flow.ts"], { cwd: room });
  });
  after(() => removeRoom(room));

  async function complete(...words: string[]): Promise<string[]> {
    const { stdout } = await cli(["complete", "--", ...words], { cwd: room });
    return stdout.split("\n").slice(0, -1);
  }

  it("knows commands, options, their choices, flows and runs", async () => {
    assert.deepEqual(
      [
        await complete("ru"),
        await complete("run", ""),
        await complete("run", "--qui"),
        await complete("show", ""),
        await complete("show", "first-run", ""),
        await complete("cancel", "fi"),
        await complete("download", ""),
        await complete("download", "movielens", "--size", ""),
        await complete("completion", "z"),
        await complete("run", "--dir", ""),
        await complete("run", "--dir", "x", "sh"),
      ],
      [
        ["run", "runs"],
        ["movie-ratings", "my shop", "shop"],
        ["--quiet"],
        ["first-run", "latest"],
        [],
        ["first-run"],
        ["movielens"],
        ["25m", "32m", "small"],
        ["zsh"],
        [],
        ["shop"],
      ],
    );
    const { stdout } = await cli(["complete", "--new", "--", "download", "movielens", "--size"], {
      cwd: room,
    });
    assert.equal(stdout, "25m\n32m\nsmall\n");
  });

  /** What each shell offers for `millrace <words>`, as its own completion machinery has it. */
  const shells: readonly { readonly shell: string; readonly script: (line: string) => string }[] = [
    {
      shell: "bash",
      script: (line) => `
        eval "$(millrace completion bash)"
        COMP_LINE='millrace ${line}'; read -ra COMP_WORDS <<< "$COMP_LINE"
        [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
        complete -p millrace > /dev/null && _millrace
        printf '%s\\n' "\${COMPREPLY[@]}"`,
    },
    { shell: "fish", script: (line) => `millrace completion fish | source; complete -C 'millrace ${line}'` },
    {
      shell: "zsh",
      script: (line) => `
        compdef() { :; }; compadd() { shift; print -rl -- "\${(@P)1}"; }; _files() { :; }
        eval "$(millrace completion zsh)"
        words=(\${(z):-"millrace ${line}"}); [[ "${line}" == *' ' ]] && words+=('')
        CURRENT=$#words; _millrace`,
    },
  ];
  for (const { shell, script } of shells) {
    it(`works in ${shell}`, function () {
      const ask = (line: string) => {
        const env = {
          ...process.env,
          PATH: `${join(room, "bin")}${delimiter}${process.env.PATH}`,
          HOME: room,
        };
        const { stdout, stderr, error } = spawnSync(shell, ["-c", script(line)], {
          cwd: room,
          env,
          encoding: "utf8",
        });
        if (error !== undefined) return undefined;
        assert.equal(stderr, "");
        return stdout.split("\n").filter((word) => word !== "");
      };
      const first = ask("ru");
      if (first === undefined) {
        console.log(`      there is no ${shell} here`);
        this.skip();
      }
      assert.deepEqual(
        [first, ask("show fi"), ask("run --skip"), ask("download movielens --size s")],
        [["run", "runs"], ["first-run"], ["--skip-if-running"], ["small"]],
      );
      if (shell === "bash") assert.deepEqual(ask("run my"), ["my\\ shop"]);
    });
  }

  it("has a script for PowerShell", async () => {
    const { stdout } = await cli(["completion", "powershell"], { cwd: room });
    assert.match(
      stdout,
      /^# millrace completion powershell .*\nRegister-ArgumentCompleter -Native -CommandName millrace /,
    );
  });
});
