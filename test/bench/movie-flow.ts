// npm run bench -- movie-flow FOLDER [RUNS] [--method minhash ...]
// The movie flow on the files in FOLDER, cold process to Parquet: median of RUNS (default 5), and where the
// time of that run went.
import { resolve } from "node:path";
import { type ColdRun, coldRun, median, round } from "./cold-run.ts";

const [folder, count = "5", ...options] = process.argv.slice(2);
if (folder === undefined)
  throw new Error("Name the folder with movies.csv, ratings.csv and imdb_sample.csv.");
const args = ["movie-ratings", "--input", resolve(folder), ...options];
await coldRun(args); // warms the file cache
const runs: ColdRun[] = [];
for (let i = 0; i < Number(count); i++) runs.push(await coldRun(args));
const seconds = median(runs.map((run) => run.seconds));
const typical = runs.find((run) => run.seconds === seconds) ?? runs[0];
console.log(
  JSON.stringify({
    bench: "movie-flow",
    folder,
    runs: runs.length,
    seconds: round(seconds),
    fastest: round(Math.min(...runs.map((run) => run.seconds))),
    slowest: round(Math.max(...runs.map((run) => run.seconds))),
    peakMegabytes: round(Math.max(...runs.map((run) => run.peakMegabytes)), 0),
    ...(typical === undefined ? {} : whereTimeWent(typical)),
  }),
);

/** Seconds from the process's start: until the run began, each task, from the last task to the process's end. */
function whereTimeWent(run: ColdRun): Record<string, unknown> {
  const since = (time: number) => (time - run.startedAt) / 1000;
  const tasks: Record<string, [number, number]> = {};
  let began = 0;
  let last = 0;
  for (const event of run.events) {
    if (event.type === "run-started") began = since(event.time);
    if (event.type !== "task-run-state") continue;
    if (event.state.type === "RUNNING") tasks[event.taskRun] = [round(since(event.time)), 0];
    const task = tasks[event.taskRun];
    if (event.state.type === "COMPLETED" && task !== undefined) {
      task[1] = round(since(event.time));
      last = since(event.time);
    }
  }
  return { untilRunStarted: round(began), tasks, afterLastTask: round(run.seconds - last) };
}
