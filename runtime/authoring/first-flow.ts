/** The text of hello.flow.ts: small, and with one of each thing that most flows need. */
export const firstFlow = `import { artifact, flow, log, task } from "millrace";
import { z } from "zod";

// A task's body runs on a worker thread: here the slow part, several times at once.
const throwDarts = task("Throw darts", (board: number, darts: number) => {
  let inside = 0;
  for (let i = 0; i < darts; i++) {
    const x = Math.random();
    const y = Math.random();
    if (x * x + y * y < 1) inside++;
  }
  log.info("board %d: %d of %d darts are inside the circle", board, inside, darts);
  return { board, darts, inside };
});

const estimatePi = task("Estimate pi", async (boards: { board: number; darts: number; inside: number }[]) => {
  const rows = boards.map(({ board, darts, inside }) => ({ board, inside, pi: (4 * inside) / darts }));
  await artifact.table("boards", rows, { title: "What each board says" });
  const pi = rows.reduce((sum, row) => sum + row.pi, 0) / rows.length;
  log.info("pi is about %s", pi.toFixed(4));
  return pi;
});

export default flow(
  {
    name: "Hello",
    description: "Estimates pi by throwing darts at a square.",
    // Options of the command line, too: millrace run hello --help
    parameters: z.object({
      boards: z.int().min(1).max(100).default(4).describe("How many boards to throw at"),
      darts: z.int().min(1).default(1_000_000).describe("Darts for each board").meta({ alias: "d" }),
    }),
  },
  ({ boards, darts }) => {
    // Calling a task returns a future at once. Passed to another task, it is an edge of the graph.
    const numbers = Array.from({ length: boards }, (_, i) => i + 1);
    const counts = throwDarts.map(numbers, darts);
    estimatePi(counts);
  },
);
`;
