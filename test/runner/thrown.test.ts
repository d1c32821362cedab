import assert from "node:assert/strict";
import { runFlow, text } from "./flow-fixture.ts";

describe("what a task throws", () => {
  it("is the cause of the error that its future throws, as it was, and the log has its fields and what is in it", async () => {
    const outcome = await runFlow(`
class HttpError extends TypeError { name = "HttpError"; constructor(readonly status: number, options?: ErrorOptions) { super("no answer", options); } }
const makes: (() => unknown)[] = [
  () => Object.assign(new HttpError(503, { cause: new RangeError("inner", { cause: { code: "X1", at: new Date(0) } }) }), { body: Buffer.from("ab"), id: 5n }),
  () => "just text", () => undefined, () => ({ code: 7, rows: new Map([["a", NaN]]) }),
  () => new AggregateError([Object.assign(new Error("mirror A"), { status: 503 }), new Error("mirror B")], "none answered"),
  () => new Proxy({}, { get() { throw new Error("no"); }, getPrototypeOf() { throw new Error("no"); } }),
  () => Object.defineProperty(new Error("x"), "message", { get() { throw new Error("no"); } }),
];
const boom = task("Boom", (n: number) => { throw makes[n]?.(); });
import { inspect } from "node:util";
const kind = (error: unknown) => [HttpError, AggregateError, TypeError, RangeError, Error].find((each) => { try { return error instanceof each; } catch { return false; } })?.name;
export default flow({ name: "F" }, async () => {
  for (const n of makes.keys()) {
    const error = await boom(n).then(() => undefined, (thrown) => thrown.cause);
    const bare = (each: any): unknown => !(each instanceof Error) ? each : { is: kind(each), name: each.name, message: each.message, ...each, cause: bare(each.cause), errors: (each as any).errors?.map(bare) };
    log.info(">>> " + inspect(bare(error), { breakLength: Infinity, depth: 9 }));
  }
});
`);
    assert.equal(
      (outcome.log.match(/>>> .*/g) ?? []).join("\n"),
      text`
        >>> { is: 'TypeError', name: 'HttpError', message: 'no answer', status: 503, body: <Buffer 61 62>, id: 5n, cause: { is: 'RangeError', name: 'RangeError', message: 'inner', cause: { code: 'X1', at: 1970-01-01T00:00:00.000Z }, errors: undefined }, errors: undefined }
        >>> 'just text'
        >>> undefined
        >>> { code: 7, rows: Map(1) { 'a' => NaN } }
        >>> { is: 'AggregateError', name: 'AggregateError', message: 'none answered', cause: undefined, errors: [ { is: 'Error', name: 'Error', message: 'mirror A', status: 503, cause: undefined, errors: undefined }, { is: 'Error', name: 'Error', message: 'mirror B', cause: undefined, errors: undefined } ] }
        >>> '{}'
        >>> { is: 'Error', name: 'Error', message: '', cause: undefined, errors: undefined }`,
    );
    const failures = outcome.log
      .split("\n")
      .filter((line) => !line.includes(" | ") && !line.includes("    at "));
    assert.equal(
      failures.join("\n"),
      text`
        HttpError: no answer { status: 503, body: <Buffer 61 62>, id: 5n }
        Caused by: RangeError: inner
        Caused by: { code: 'X1', at: 1970-01-01T00:00:00.000Z }
        AggregateError: none answered
          1 of 2 errors: Error: mirror A { status: 503 }
          2 of 2 errors: Error: mirror B`,
    );
    assert.match(outcome.states, /Boom-4 Failed\('AggregateError: none answered \(mirror A; mirror B\)'\)/);
  });
});
