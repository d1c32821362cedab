import assert from "node:assert/strict";
import { nameProblem, titleOf, withFlowName } from "../../../extension/flows/flow-names.ts";
import { problemsByFile } from "../../../extension/flows/problems-by-file.ts";
import { excludeGlob } from "../../../extension/flows/search-excludes.ts";

describe("The name of a new flow", () => {
  it("makes a file's name that needs no quoting, and a title", () => {
    assert.deepEqual(["report", "monthly-report_2", "a.b"].map(nameProblem), [
      undefined,
      undefined,
      undefined,
    ]);
    assert.deepEqual(
      ["", "a b", "../up", ".hidden", "a/b"].map((name) => nameProblem(name) !== undefined),
      [true, true, true, true, true],
    );
    assert.equal(titleOf("monthly-report_2"), "Monthly report 2");
  });

  it("replaces the flow's name and no task's", () => {
    const text =
      'const a = task({ name: "A" }, f);\nexport default flow(\n  { name: "Hello" },\n  () => a());\n';
    assert.equal(
      withFlowName(text, 'Say "hi"'),
      'const a = task({ name: "A" }, f);\nexport default flow(\n  { name: "Say \\"hi\\"" },\n  () => a());\n',
    );
  });
});

describe("What a search leaves out", () => {
  it("is each glob of search.exclude that is on", () => {
    assert.equal(excludeGlob({}), undefined);
    assert.equal(excludeGlob({ "**/node_modules": true, "**/*.code-search": false }), "**/node_modules");
    assert.equal(
      excludeGlob({ "**/node_modules": true, "**/{a,b}": true, "**/*.js": { when: "$(basename).ts" } }),
      "{**/node_modules,**/{a,b}}",
    );
  });
});

describe("Problems of flow files", () => {
  it("are told once where two flows import the same broken module", () => {
    const shared = { message: "Unexpected token", source: { file: "/w/tasks.ts", line: 3, column: 7 } };
    const flow = (file: string) => ({ file, flow: undefined, flows: [], tasks: [], problems: [shared] });
    assert.deepEqual(
      [...problemsByFile([flow("/w/a.flow.ts"), flow("/w/b.flow.ts")])],
      [["/w/tasks.ts", [{ message: "Unexpected token", line: 3, column: 7 }]]],
    );
  });
});
