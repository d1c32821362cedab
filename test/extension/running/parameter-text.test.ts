import assert from "node:assert/strict";
import {
  fieldHint,
  missing,
  readValue,
  stillFitting,
  valueText,
} from "../../../extension/running/parameter-text.ts";
import type { ParameterField } from "../../../runtime/events/parameter-field.ts";

function field(
  name: string,
  type: ParameterField["type"],
  more: Partial<ParameterField> = {},
): ParameterField {
  return {
    name,
    type,
    items: undefined,
    alias: undefined,
    description: undefined,
    required: false,
    default: undefined,
    choices: undefined,
    minimum: undefined,
    maximum: undefined,
    secret: false,
    ...more,
  };
}

const threshold = field("threshold", "number", { minimum: 0, maximum: 1, default: 1 });
const method = field("method", "string", { choices: ["exact", "minhash"], default: "exact" });

describe("A parameter's text in the form", () => {
  it("is read as the parameter's type, and told what is wrong while typing", () => {
    const cases: [ParameterField, string][] = [
      [threshold, "0.5"],
      [threshold, "1.5"],
      [threshold, "-1"],
      [threshold, "half"],
      [threshold, ""],
      [{ ...threshold, required: true }, ""],
      [field("count", "integer"), "2.5"],
      [field("name", "string"), ""],
      [method, "fast"],
      [method, "minhash"],
      [field("on", "boolean"), "true"],
      [field("on", "boolean"), "yes"],
      [field("list", "array"), '["a"]'],
      [field("list", "array"), '{"a": 1}'],
      [field("any", "json"), '{"a": 1}'],
    ];
    assert.deepEqual(
      cases.map(([of, text]) => {
        const read = readValue(of, text);
        return "problem" in read ? read.problem : read.value;
      }),
      [
        0.5,
        "Give 1 or less.",
        "Give 0 or more.",
        "'half' is no number.",
        undefined,
        "A value is needed.",
        "Give a whole number.",
        "",
        "Give one of exact, minhash.",
        "minhash",
        true,
        "Give true or false.",
        ["a"],
        'Give a JSON array, such as ["a", "b"].',
        { a: 1 },
      ],
    );
  });

  it("comes back as it was typed", () => {
    for (const [of, value] of [
      [threshold, 0.25],
      [field("text", "string"), 'with "quotes"'],
      [field("list", "array"), [1, 2]],
      [field("any", "json"), { a: [true, null] }],
    ] as const) {
      assert.deepEqual(readValue(of, valueText(of, value)), { value });
    }
  });

  it("has a hint with type, range, choices and default", () => {
    assert.deepEqual(
      [threshold, method, field("n", "integer", { minimum: 1 }), field("x", "json", { required: true })].map(
        fieldHint,
      ),
      ["number, 0 to 1, default 1", "exact | minhash, default exact", "integer, from 1", "json, required"],
    );
  });

  it("is remembered only while the flow still takes it", () => {
    const remembered = { threshold: 3, method: "exact", gone: 1 };
    assert.deepEqual(stillFitting([threshold, method], remembered), { method: "exact" });
  });

  it("is missed where a value has to be given", () => {
    const file = field("file", "string", { required: true });
    assert.deepEqual(missing([file, threshold], {}), ["file"]);
    assert.deepEqual(missing([file, threshold], { file: "a.csv" }), []);
  });
});
