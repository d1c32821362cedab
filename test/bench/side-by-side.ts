// npm run bench -- side-by-side [small] [large] [self-join] [tasks] [--runs 5] [--movielens FOLDER]
// All that README compares, both sides in turn on this machine: PySpark and Prefect are installed by pip, each in a
// folder of its own in the user's cache. Ratios are taken pair by pair, and the median of them with the smallest and the
// largest is printed: of whole processes' time, and of the processor's time (user and system), which what else the
// machine does hardly touches. Without a name it is `small`.
//
//   small      the movie flow on MovieLens small, from the start of a process to Parquet. PySpark's is
//              test/spark/movie-flow.py on local[*] by MinHashLSH, as the case study has it; ours misses no pair.
//   large      the same on 25,000,095 made-up ratings of 87,585 made-up movies
//   self-join  each pair of 20,000 made-up titles nearer than 0.2: the join alone, ours exact, Spark's by MinHashLSH
//   tasks      a task that does nothing, its events on the disk; Prefect's on the server that it starts for itself
//
// FOLDER has MovieLens small's movies.csv and ratings.csv, and imdb_sample.csv; without it they are downloaded.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, pythonWith } from "../python-venv.ts";
import { setUpSpark } from "../spark/set-up.ts";
import { median, round, spread } from "./cold-run.ts";
import { timedProcess } from "./timed-process.ts";

/** What a side took of time. `cpu` is missing where it isn't told, or the time is that of a part of a process. */
interface Took {
  readonly seconds: number;
  readonly cpu?: number | undefined;
  /** What it found, where that can be compared. */
  readonly found?: number;
}

interface Comparison {
  readonly other: string;
  ours(): Promise<Took>;
  theirs(): Promise<Took>;
}

/** Built, a benchmark is dist/bench/<name>.js. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist", "cli.js");
const scripts = join(root, "test", "bench", "side-by-side");
const made = join(cacheFolder, "bench");

const comparisons: Readonly<Record<string, () => Promise<Comparison>>> = {
  small: async () => movieFlow(await movieLens()),
  large: async () => movieFlow(await madeUp()),
  "self-join": selfJoin,
  tasks: noOpTasks,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "5" }, movielens: { type: "string" } },
});
for (const name of positionals.length === 0 ? ["small"] : positionals) {
  const prepare = comparisons[name];
  if (prepare === undefined)
    throw new Error(`There is no '${name}' to compare: ${Object.keys(comparisons).join(", ")}.`);
  console.log(JSON.stringify(await compared(name, await prepare(), Number(values.runs))));
}

async function compared(name: string, { other, ours, theirs }: Comparison, runs: number) {
  const pairs: { readonly ours: Took; readonly theirs: Took }[] = [];
  await ours(); // warms the file cache
  for (let i = 0; i < runs; i++) pairs.push({ ours: await ours(), theirs: await theirs() });
  const side = (of: "ours" | "theirs") => {
    const took = pairs.map((pair) => pair[of]);
    const cpu = took.flatMap((each) => each.cpu ?? []);
    return {
      seconds: round(median(took.map((each) => each.seconds)), 4),
      ...(cpu.length === 0 ? {} : { cpuSeconds: round(median(cpu), 2) }),
      ...(took[0]?.found === undefined ? {} : { found: took[0].found }),
    };
  };
  const cpuRatios = pairs.flatMap(({ ours: a, theirs: b }) =>
    a.cpu === undefined || b.cpu === undefined ? [] : b.cpu / a.cpu,
  );
  return {
    bench: "side-by-side",
    compared: name,
    runs,
    millrace: side("ours"),
    [other]: side("theirs"),
    ratio: spread(
      pairs.map((pair) => pair.theirs.seconds / pair.ours.seconds),
      1,
    ),
    ...(cpuRatios.length === 0 ? {} : { cpuRatio: spread(cpuRatios, 1) }),
  };
}

async function movieFlow(folder: string): Promise<Comparison> {
  const { python } = await setUpSpark();
  return {
    other: "pyspark",
    ours: () =>
      inFolder(async (output) => {
        const args = ["run", "movie-ratings", "--input", folder, "--dir", output, "--quiet"];
        const { seconds, cpuSeconds } = await timedProcess(process.execPath, [cli, ...args], { cwd: output });
        return { seconds, cpu: cpuSeconds };
      }),
    theirs: () =>
      inFolder(async (output) => {
        const args = [join(root, "test", "spark", "movie-flow.py"), "local[*]", folder, output, "12345"];
        const { seconds, cpuSeconds, stdout } = await timedProcess(python, args, { cwd: output });
        const { jvmSeconds } = lastLine<{ readonly jvmSeconds: number | null }>(stdout);
        const told = cpuSeconds !== undefined && jvmSeconds !== null;
        return { seconds, cpu: told ? cpuSeconds + jvmSeconds : undefined };
      }),
  };
}

async function selfJoin(): Promise<Comparison> {
  const { python } = await setUpSpark();
  const titles = await madeUpTitles(20_000);
  return {
    other: "pyspark",
    async ours() {
      const { seconds, pairs } = await bench<{ seconds: number; pairs: number }>(
        "self-join",
        titles,
        "0.2",
        "5",
      );
      return { seconds, found: pairs };
    },
    async theirs() {
      const { stdout } = await timedProcess(python, [join(scripts, "self-join.py"), titles, "0.2"]);
      const { seconds, pairs } = lastLine<{ seconds: number; pairs: number }>(stdout);
      return { seconds, found: pairs };
    },
  };
}

async function noOpTasks(): Promise<Comparison> {
  const version = "3.9.1";
  const python = await pythonWith(`prefect-${version}`, [`prefect==${version}`], "about a minute and 300 MB");
  return {
    other: "prefect",
    async ours() {
      const told = await bench<{ millisecondsPerTask: number }>("no-op-tasks", "10000", "1");
      return { seconds: told.millisecondsPerTask / 1000 };
    },
    theirs: () =>
      inFolder(async (home) => {
        const { stdout } = await timedProcess(python, [join(scripts, "no-op-tasks.py"), "200"], {
          cwd: home,
          env: { PREFECT_HOME: home, PREFECT_LOGGING_LEVEL: "ERROR", DO_NOT_TRACK: "1" },
        });
        return { seconds: lastLine<{ milliseconds: number }>(stdout).milliseconds / 1000 };
      }),
  };
}

async function movieLens(): Promise<string> {
  if (values.movielens !== undefined) return resolve(values.movielens);
  const folder = join(made, "movielens-small");
  if (!existsSync(folder)) {
    mkdirSync(made, { recursive: true });
    await timedProcess(process.execPath, [cli, "download", "movielens", "--size", "small", "--to", folder]);
  }
  return folder;
}

/** As many ratings and movies as MovieLens 25M and 32M have; always the same. */
async function madeUp(): Promise<string> {
  const folder = join(made, "ratings-25m");
  if (existsSync(join(folder, "imdb_sample.csv"))) return folder;
  mkdirSync(folder, { recursive: true });
  const movies = join(folder, "movies.csv");
  copyFileSync(await madeUpTitles(87_585), movies);
  await bench("make-ratings", movies, join(folder, "ratings.csv"));
  copyFileSync(join(await movieLens(), "imdb_sample.csv"), join(folder, "imdb_sample.csv")); // last: all is there
  return folder;
}

async function madeUpTitles(count: number): Promise<string> {
  const file = join(made, `movies-${count}.csv`);
  if (!existsSync(file))
    await bench("make-movies", join(await movieLens(), "movies.csv"), String(count), file);
  return file;
}

/** Runs another benchmark, which prints JSON or nothing. */
async function bench<T>(name: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await timedProcess(process.execPath, [join(root, ".build", "bench.mjs"), name, ...args]);
  return lastLine<T>(stdout);
}

function lastLine<T>(stdout: string): T {
  return JSON.parse(stdout.trim().split("\n").at(-1) || "null") as T; // what the program prints
}

async function inFolder(work: (folder: string) => Promise<Took>): Promise<Took> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
