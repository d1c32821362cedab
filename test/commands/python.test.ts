import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { filesOfScript, lockFilesOf } from "../../runtime/commands/python-files.ts";
import { FlowFolder, temporaryFolder, text } from "../runner/flow-fixture.ts";
import { setUpPython } from "./python-set-up.ts";

const imports = `
import { openSession, python, type Session, type Table } from "millrace";
`;

function write(folder: string, files: { readonly [name: string]: string }): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

describe("what a Python script depends on", () => {
  const files = {
    "requirements.txt": "pandas==2\n",
    "src/model.py": `import os, features.scale as scale, json
from helpers import (  # several
    clean,
    tidy as t,
)
from features import encode
if True:
    import late
try:
    import missing.module
except ImportError: pass
# import unused
text = "import other"
`,
    "src/helpers.py": "from deep.inner import thing\ndef clean(): pass\ndef tidy(): pass\n",
    "src/features/__init__.py": "",
    "src/features/scale.py": "from . import shared\nfrom .shared import a\n",
    "src/features/encode.py": "from .. import helpers\n",
    "src/features/shared.py": "a = 1\n",
    "src/deep/__init__.py": "",
    "src/deep/inner.py": "thing = 1\n",
    "src/late.py": "import late\n",
    "src/unused.py": "",
    "src/other.py": "",
    "src/json.txt": "",
  };

  it("is what Python's own finder of modules finds beside it", () => {
    const folder = temporaryFolder();
    write(folder, { ...files, "src/features/encode.py": "import helpers\n" });
    const script = join(folder, "src", "model.py");
    const finder = `
import modulefinder, sys, os
script = sys.argv[1]
f = modulefinder.ModuleFinder(path=[os.path.dirname(script)])
f.run_script(script)
print("\\n".join(sorted(m.__file__ for m in f.modules.values() if m.__file__)))`;
    const found = execFileSync("python3", ["-c", finder, script], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(filesOfScript(script).sort(), found);
    assert.equal(found.length, 9);
  });

  it("is the lock file of its own folder before one above, and those whose absence made it count", () => {
    const folder = temporaryFolder();
    write(folder, { ...files, "src/uv.lock": "", "src/requirements.txt": "" });
    const names = (script: string) => lockFilesOf(join(folder, script)).map((file) => relative(folder, file));
    assert.deepEqual(names("src/late.py"), ["src/uv.lock"]);
    write(folder, { "poetry.lock": "" });
    assert.deepEqual(names("src/features/shared.py"), [
      ...["uv", "poetry", "pdm"].map((name) => `src/features/${name}.lock`),
      "src/features/Pipfile.lock",
      "src/features/pylock.toml",
      "src/features/requirements.txt",
      "src/uv.lock",
    ]);
  });
});

describe("a Python script that a task runs", () => {
  const flow = `${imports}
const use = task({ name: "Use", cache: true }, (n: number) => python("use.py", { n, list: [1, null, { a: "é" }], none: undefined, when: new Date(0) }));
const bad = task("Bad", (what: string) => python("use.py", { n: what === "function" ? () => 1 : what === "big" ? 2n ** 60n : what === "map" ? new Map() : Number.NaN }));
const fails = task("Fails", () => python("fails.py"));
const gone = task("Gone", () => python("gone.py"));
export default flow({ name: "F" }, async () => {
  log.info("result %j", await use(2));
  bad.map(["function", "big", "map", "nan"]); fails(); gone();
});
`;
  const scripts = {
    "use.py": `import millrace, helper
print("given", sorted(millrace.inputs), len(millrace.inputs), "none" in millrace.inputs)
millrace.output({"twice": helper.twice(millrace.inputs["n"]), "list": millrace.inputs["list"], "when": millrace.inputs["when"], "args": millrace.inputs.get("no")})
`,
    "helper.py": "def twice(n): return n * 2\n",
    "fails.py": "def inner():\n    raise ValueError('no such day')\ninner()\n",
  };

  it("gets and gives JSON, is cached by itself and what it imports, and fails with its traceback", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, ...scripts });
    const result = async () => {
      const { log, view } = await folder.run();
      const state = view.taskRuns.get("Use-0")?.state.name;
      return `${state} ${/result (.*)/.exec(log)?.[1]}`;
    };
    const { log, states } = await folder.run();
    const value = `{"twice":4,"list":[1,null,{"a":"é"}],"when":"1970-01-01T00:00:00.000Z","args":null}`;
    assert.match(log, /INFO {4}\| Task run 'Use-0' - given \['list', 'n', 'when'\] 3 False/);
    assert.ok(log.includes(`result ${value}`), log);
    const failures = states.split("\n").filter((line) => /^(Bad|Gone)/.test(line));
    assert.equal(
      failures.join("\n").replaceAll(folder.path, "FOLDER"),
      text`
        Bad-0 Failed("A script can't be given the input 'n': JSON has no value for it (function () => 1).")
        Bad-1 Failed("A script can't be given the input 'n': JSON has no value for it (bigint 1152921504606846976).")
        Bad-2 Failed("A script can't be given the input 'n': JSON has no value for it (Map [object Map]).")
        Bad-3 Failed("A script can't be given the input 'n': JSON has no value for it (number NaN).")
        Gone-0 Failed('There is no script FOLDER/gone.py.')`,
    );
    assert.match(states, /Fails-0 Failed\(.*exit code 1.*Traceback .*in inner.*ValueError: no such day/);
    assert.equal(await result(), `Cached ${value}`);
    folder.write({ "helper.py": "def twice(n): return n * 20\n" });
    assert.equal(await result(), `Completed ${value.replace("4", "40")}`);
    folder.write({ "requirements.txt": "pandas\n" });
    assert.equal(await result(), `Completed ${value.replace("4", "40")}`);
    assert.equal(await result(), `Cached ${value.replace("4", "40")}`);
  });

  it("gets and gives tables: a model of scikit-learn, trained on a pandas DataFrame", async function () {
    const setUp = await setUpPython();
    if ("missing" in setUp) {
      console.error(`      not tried: ${setUp.missing}`);
      this.skip();
    }
    const folder = new FlowFolder({
      "test.flow.ts": `${imports}
const days = task("Days", (session: Session) => session.sql\`SELECT i AS day, CAST(2 * i + 1 AS DOUBLE) AS warmth, 'city ' || (i % 3) AS city, i % 2 = 0 AS fair FROM range(100) AS r(i)\`);
const train = task("Train", (days: Table, threshold: number) => python<{ scores: Table; slope: number; rows: number }>("model.py", { days, threshold }));
const same = task("Same", (session: Session) => python<Table>("make.py", {}, { session }));
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const { scores, slope, rows } = await train(days(session), 50);
  log.info("result %j", [rows, slope.toFixed(6), scores.columns, await scores.rows(2), await scores.count()]);
  log.info("result %j", await (await same(session)).rows());
});
`,
      "model.py": `import millrace
from sklearn.linear_model import LinearRegression

days = millrace.inputs["days"]
late = days[days["day"] >= millrace.inputs["threshold"]]
model = LinearRegression().fit(late[["day"]], late["warmth"])
late = late.assign(predicted=model.predict(late[["day"]]).round(6))
millrace.output(scores=late, slope=model.coef_[0], rows=len(days))
`,
      "make.py": `import pyarrow, millrace
millrace.output(pyarrow.table({"n": pyarrow.array([1, None], pyarrow.int64()), "s": ["a", "é"]}))
`,
    });
    const { log } = await folder.run([], { env: { MILLRACE_PYTHON: setUp.python } });
    const told = log.split("\n").flatMap((line) => line.split(" - result ").slice(1));
    assert.equal(
      told.join("\n"),
      text`
        [100,"2.000000",[{"name":"day","type":"long"},{"name":"warmth","type":"double"},{"name":"city","type":"string"},{"name":"fair","type":"boolean"},{"name":"predicted","type":"double"}],[{"day":50,"warmth":101,"city":"city 2","fair":true,"predicted":101},{"day":51,"warmth":103,"city":"city 0","fair":false,"predicted":103}],50]
        [{"n":1,"s":"a"},{"n":null,"s":"é"}]`,
      log,
    );
  });
});
