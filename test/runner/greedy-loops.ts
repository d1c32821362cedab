/** What takes all memory of a heap, by how V8 finds out; each adds to `kept` for ever. */
export const greedyLoops: Readonly<Record<string, string>> = {
  "many small objects": "for (;;) kept.push({ a: kept.length, b: [1, 2, 3] });",
  "one array that grows in a single step": "for (;;) kept.push(1);",
  "large arrays": "for (;;) kept.push(new Array(1_000_000).fill(0.5));",
  "texts split": 'for (let i = 0; ; i++) kept.push(("x" + i).repeat(1_000).split(""));',
  maps: "for (;;) kept.push(new Map(Array.from({ length: 10_000 }, (_, i) => [i, {}])));",
  "parsed JSON":
    "const json = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ i }))); for (;;) kept.push(JSON.parse(json));",
};

/** What takes memory outside of the heap until the system gives no more. */
export const greedyBuffers = "for (;;) kept.push(Buffer.alloc(10_000_000, 1));";

/** A flow with a task that runs such a loop, one that runs beside it, and some that wait. */
export function greedyFlow(loop: string): string {
  return `import { flow, task } from "millrace";
const greedy = task("Greedy", () => { const kept: unknown[] = []; ${loop} });
const slow = task("Slow", async () => { await new Promise((resolve) => setTimeout(resolve, 1_500)); return "slow"; });
const fine = task("Fine", (n: unknown) => n);
export default flow({ name: "Greedy" }, () => { greedy(); fine(slow()); for (let i = 0; i < 3; i++) fine(i); });
`;
}
