/** What a test of flows imports: `millrace/testing`, for mocha, vitest and node:test. */
export { type ReplacedTask, replaceTask } from "./testing/flow-here.ts";
export { inTest } from "./testing/in-test.ts";
export { type TestedFlow, type TestedTaskRun, type TestOptions, testFlow } from "./testing/test-flow.ts";
