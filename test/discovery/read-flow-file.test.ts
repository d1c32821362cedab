import assert from "node:assert/strict";
import { relative } from "node:path";
import { type FlowFile, readFlowFile } from "../../runtime/discovery/read-flow-file.ts";
import { makeRoom, removeRoom, text } from "../cli/cli.ts";

describe("reading a flow file", () => {
  let room = "";
  afterEach(() => removeRoom(room));

  /** What is read of `main.flow.ts`, as text. */
  function read(files: Readonly<Record<string, string>>): string {
    room = makeRoom(files);
    return summary(readFlowFile(`${room}/main.flow.ts`));
  }

  function summary({ flow, flows, tasks, problems }: FlowFile): string {
    const place = (source: { file: string; line: number; column: number }) =>
      `${relative(room, source.file)}:${source.line}:${source.column}`;
    return [
      `runs ${flow === undefined ? "nothing" : `'${flow.name}' ${place(flow.source)}`}`,
      ...flows.map(({ name, source }) => `flow '${name}' ${place(source)}`),
      ...tasks.map(({ name, source }) => `task '${name}' ${place(source)}`),
      ...problems.map(({ message, source }) => `problem ${place(source)} ${message.replaceAll(room, "")}`),
    ].join("\n");
  }

  it("finds names given as text or in options", () => {
    assert.equal(
      read({
        "main.flow.ts": `import { flow, task } from "millrace";
const load = task("Load", () => 1);
const clean = task({ retries: 2, name: \`Clean\` }, (n: number) => n);
task(nameOf(3), () => 1);
export default flow({ name: "Main" }, async () => {
  clean(load());
});
`,
      }),
      text`
        runs 'Main' main.flow.ts:5:16
        flow 'Main' main.flow.ts:5:16
        task 'Load' main.flow.ts:2:14
        task 'Clean' main.flow.ts:3:15`,
    );
  });

  it("knows what was imported under another name, or as a whole", () => {
    assert.equal(
      read({
        "main.flow.ts": `import { flow as pipeline, task as step } from "millrace";
import * as mr from "millrace";
import { task } from "elsewhere";
step("One", () => 1);
mr.task("Two", () => 2);
task("None", () => 3);
export default pipeline({ name: "Main" }, () => {});
mr.flow({ name: "Sub" }, () => {});
`,
      }),
      text`
        runs 'Main' main.flow.ts:7:16
        flow 'Main' main.flow.ts:7:16
        flow 'Sub' main.flow.ts:8:1
        task 'One' main.flow.ts:4:1
        task 'Two' main.flow.ts:5:1`,
    );
  });

  it("tells the flow that is the default export from its subflows", () => {
    assert.equal(
      read({
        "main.flow.ts": `import { flow } from "millrace";
const sub = flow({ name: "Sub" }, () => {});
const main = flow({ name: "Main" }, () => sub({}));
export { main as default, sub };
`,
      }),
      text`
        runs 'Main' main.flow.ts:3:14
        flow 'Sub' main.flow.ts:2:13
        flow 'Main' main.flow.ts:3:14`,
    );
  });

  it("follows a default export through other modules", () => {
    assert.equal(
      read({
        "main.flow.ts": `export { main as default } from "./index.js";\n`,
        "index.ts": `import whole from "./parts/whole";\nexport const main = whole satisfies unknown;\n`,
        "parts/whole.ts": `import { flow } from "millrace";\nimport "../tasks.mts";\nexport default flow({ name: "Whole" }, () => {}) as unknown;\n`,
        "tasks.mts": `import { task } from "millrace";\nexport const one = task("One", () => 1);\n`,
      }),
      text`
        runs 'Whole' parts/whole.ts:3:16
        task 'One' tasks.mts:2:20`,
    );
  });

  it("stops where modules pass an export around in a circle", () => {
    assert.equal(
      read({
        "main.flow.ts": `export { default } from "./other.ts";\n`,
        "other.ts": `export { default } from "./main.flow.ts";\n`,
      }),
      text`
        runs nothing
        problem main.flow.ts:1:1 No flow is the default export of this file. Write: export default flow({ name: "..." }, async () => { ... });`,
    );
  });

  it("gives what can be read of a file with an error, and the error's place", () => {
    assert.equal(
      read({
        "main.flow.ts": `import { flow, task } from "millrace";
import "./broken.ts";
task("One", () => { return 1; });
export default flow({ name: "Main" }, async () => {});
let twice; let twice;
`,
        "broken.ts": "const x = ;\n",
      }),
      text`
        runs 'Main' main.flow.ts:4:16
        flow 'Main' main.flow.ts:4:16
        task 'One' main.flow.ts:3:1
        problem main.flow.ts:5:16 Identifier 'twice' has already been declared.
        problem broken.ts:1:11 Unexpected token`,
    );
  });

  it("finds two tasks of one name, in whatever modules", () => {
    assert.equal(
      read({
        "main.flow.ts": `import { flow, task } from "millrace";
import { load } from "./tasks.ts";
task("Load", () => 1);
export default flow({ name: "Main" }, () => load());
`,
        "tasks.ts": `import { task } from "millrace";\n\nexport const load = task("Load", () => 1);\n`,
      }),
      text`
        runs 'Main' main.flow.ts:4:16
        flow 'Main' main.flow.ts:4:16
        task 'Load' main.flow.ts:3:1
        task 'Load' tasks.ts:3:21
        problem tasks.ts:3:21 Two tasks are named 'Load', the other at /main.flow.ts:3:1. Give one of them another name.`,
    );
  });

  it("passes over types, and reads modern syntax and plain JavaScript", () => {
    assert.equal(
      read({
        "main.flow.ts": `import type { X } from "./gone.ts";
import { flow } from "millrace";
import "./plain.mjs";
enum Kind { A }
export default flow({ name: "Main" }, async () => { await using x = y(); const z = <T,>(a: T) => a!; });
`,
        "plain.mjs": `import { task } from "millrace";\nexport const one = task("One", (a) => a?.b ?? 1);\n`,
      }),
      text`
        runs 'Main' main.flow.ts:5:16
        flow 'Main' main.flow.ts:5:16
        task 'One' plain.mjs:2:20`,
    );
  });
});
