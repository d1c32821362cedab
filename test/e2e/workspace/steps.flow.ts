import { setTimeout as wait } from "node:timers/promises";
import { flow, log, task } from "millrace";
import { z } from "zod";

const makeNumbers = task("Make numbers", (count: number) => {
  log.info("making %d numbers", count);
  return Array.from({ length: count }, (_, i) => i + 1);
});

const weigh = task("Weigh", async (numbers: number[], pause: number) => {
  await wait(pause);
  return numbers.map((n) => n * n);
});

const sum = task("Sum", (numbers: number[]) => numbers.reduce((a, b) => a + b, 0));

export default flow(
  {
    name: "Three Steps",
    parameters: z.object({
      count: z.int().min(1).max(100).default(4).describe("How many numbers").meta({ alias: "c" }),
      pause: z.number().min(0).default(300).describe("Milliseconds that weighing takes"),
      mode: z.enum(["plain", "fancy"]).default("plain").describe("How it is told"),
    }),
  },
  ({ count, pause }) => {
    sum(weigh(makeNumbers(count), pause));
  },
);
