import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serialize } from "node:v8";
import { hostileParts } from "./hostile-text.ts";

/** Stands in files that lie outside of the run's folder: nothing may show it. */
export const canary = "canary-7f3a";

/** A run that is not what it should be, made by changing a good one. */
export interface HostileRun {
  readonly name: string;
  /** @param at what can be changed: the run's folder, and what `run.json` and its events are going to be. */
  change(at: RunToChange): void;
}

export interface RunToChange {
  readonly folder: string;
  /** A folder that isn't the run's, with `secret.csv`, `secret.json` and `secret.bin` in it. */
  readonly outside: string;
  info: unknown;
  events: unknown[];
}

const info = {
  id: "20260101-000000000-odd-owl",
  name: "odd-owl",
  flow: "Hostile",
  file: "/nowhere/hostile.flow.ts",
  folder: "/nowhere",
  parameters: { n: 1 },
  session: "duckdb",
  attempt: 1,
  host: { id: "elsewhere", name: "elsewhere", container: false, pid: 4_194_305 },
  versions: { millrace: "0.1.0", node: "v22.0.0" },
  started: 1_700_000_000_000,
  ended: 1_700_000_001_000,
  state: { type: "COMPLETED", name: "Completed", message: "All states completed." },
  tasks: { total: 1, completed: 1 },
};

const completed = { type: "COMPLETED", name: "Completed" };

/** The events of a run with one task, whose result is as given, and one artifact. */
function eventsWith(result: object, more: readonly object[] = []): object[] {
  const bodies = [
    {
      type: "run-started",
      attempt: 1,
      flow: "Hostile",
      runName: "odd-owl",
      threads: 1,
      parameters: { n: 1 },
    },
    { type: "flow-run-state", flowRun: ".", state: { type: "RUNNING", name: "Running" } },
    { type: "task-run-created", taskRun: "T-0", name: "T-0", task: "T", flowRun: ".", inputs: "" },
    {
      type: "task-run-state",
      taskRun: "T-0",
      state: { type: "RUNNING", name: "Running" },
      attempt: 1,
      thread: 1,
    },
    { type: "log", level: "INFO", message: "hello", taskRun: "T-0", flowRun: "." },
    ...more,
    { type: "task-run-state", taskRun: "T-0", state: completed, result },
    { type: "flow-run-state", flowRun: ".", state: completed },
  ];
  return bodies.map((body, i) => ({ seq: i + 1, time: 1_700_000_000_000 + i, ...body }));
}

const stored = (value: object | string) => ({ stored: value, sha256: "0", bytes: 1, preview: "?" });
const inline = (bytes: Uint8Array) => stored({ inline: Buffer.from(bytes).toString("base64") });
const tableAt = (path: string, kind = "csv") => ({
  ...stored("nothing"),
  tables: [
    {
      path: "",
      columns: [{ name: "a", type: "string" }],
      handle: { kind, path, options: { columns: { a: "string" } }, columns: [{ name: "a", type: "string" }] },
    },
  ],
});
const artifact = (file: string, kind = "table") => ({
  type: "artifact",
  key: "k",
  kind,
  title: "t",
  file,
  flowRun: ".",
});

const fifo = (path: string) => execFileSync("mkfifo", [path]);

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

/** A run.json that isn't one. */
const infos: readonly HostileRun[] = [
  ...Object.entries<unknown>({
    "an unknown state": { ...info, state: { type: "COMPLETED", name: "Exploded" } },
    "a state of another type": { ...info, state: { type: "FAILED", name: "Completed" } },
    "a state named as a property of all objects": {
      ...info,
      state: { type: "COMPLETED", name: "constructor" },
    },
    "an object for a flow's name": { ...info, flow: { name: "F" } },
    "no parameters": { ...info, parameters: null },
    "a list for parameters": { ...info, parameters: [] },
    "a start in no year": { ...info, started: 1e300 },
    "no host": { ...info, host: undefined },
    "a negative process number": { ...info, host: { ...info.host, pid: -1 } },
    "tasks in words": { ...info, tasks: { total: "many", completed: {} } },
    "a newer form": { ...info, format: 99, versions: { millrace: "9.9.9", node: "v99" }, state: 7 },
    "another id": { ...info, id: "../../../outside" },
    "hostile texts": {
      ...info,
      flow: hostileParts.join(""),
      session: hostileParts.join(""),
      parameters: { [hostileParts.join("")]: hostileParts.join("") },
      host: { ...info.host, name: hostileParts.join("") },
      state: { type: "FAILED", name: "Failed", message: hostileParts.join("") },
    },
    "a name that is none": { ...info, name: hostileParts.join("") },
    "a flow's name of a megabyte": { ...info, flow: "x".repeat(1 << 20) },
    "a name that names all objects' ancestor": JSON.parse(`{"__proto__": {"state": 1}, "id": "x"}`),
    null: null,
    "a list": [],
    "a text": "run",
  }).map(([name, value]) => ({
    name: `run.json: ${name}`,
    change: (at: RunToChange) => {
      at.info = value;
    },
  })),
  {
    name: "run.json: empty",
    change: (at) => {
      at.info = undefined;
      writeFileSync(join(at.folder, "run.json"), "");
    },
  },
  {
    name: "run.json: nested 100,000 times",
    change: (at) => {
      at.info = undefined;
      writeFileSync(join(at.folder, "run.json"), nested(100_000));
    },
  },
  {
    name: "run.json: 300 MB of zeros",
    change: (at) => {
      at.info = undefined;
      writeFileSync(join(at.folder, "run.json"), "");
      truncateSync(join(at.folder, "run.json"), 300 << 20);
    },
  },
  {
    name: "run.json: missing",
    change: (at) => {
      at.info = undefined;
    },
  },
  ...["run.json", "events.jsonl"].flatMap((file): HostileRun[] => {
    const instead = (name: string, make: (path: string, at: RunToChange) => void): HostileRun => ({
      name: `${file}: ${name}`,
      change: (at) => {
        if (file === "run.json") at.info = undefined;
        else at.events = [];
        make(join(at.folder, file), at);
      },
    });
    return [
      instead("a link to an endless device", (path) => symlinkSync("/dev/zero", path)),
      instead("a link to a terminal", (path) => symlinkSync("/dev/tty", path)),
      instead("a pipe", fifo),
      instead("a folder", (path) => mkdirSync(path)),
      instead("a link that leads outside", (path, at) => symlinkSync(join(at.outside, "secret.json"), path)),
      instead("a link to itself", (path) => symlinkSync(file, path)),
    ];
  }),
];

/** Events that aren't. */
const events: readonly HostileRun[] = [
  ...Object.entries<unknown>({
    "an unknown type": { seq: 4, time: 1, type: "exploded" },
    "an unknown state": {
      seq: 4,
      time: 1,
      type: "task-run-state",
      taskRun: "T-0",
      state: { type: "X", name: "Y" },
    },
    "no state": { seq: 4, time: 1, type: "task-run-state", taskRun: "T-0" },
    "an object for a name": { seq: 4, time: 1, type: "task-run-created", taskRun: {}, name: [], task: 1 },
    "a level that there isn't": { seq: 4, time: 1, type: "log", level: "LOUD", message: "x" },
    "a message that is an object": { seq: 4, time: 1, type: "log", level: "INFO", message: { a: 1 } },
    "a time in no year": { seq: 4, time: 1e300, type: "log", level: "INFO", message: "x" },
    null: null,
    "a list": [],
    "a number": 7,
  }).map(([name, event]) => ({
    name: `event: ${name}`,
    change: (at: RunToChange) => {
      at.info = { ...info, state: undefined, ended: undefined, tasks: undefined };
      at.events = [...at.events.slice(0, 3), event, ...at.events.slice(4)];
    },
  })),
  {
    name: "event: subflows that are each other's parent",
    change: (at) => {
      const subflow = (flowRun: string, parent: string) => ({
        type: "flow-run-created",
        flowRun,
        name: flowRun,
        flow: "S",
        parent,
      });
      at.info = { ...info, state: undefined, ended: undefined, tasks: undefined };
      at.events = eventsWith(stored("nothing"), [
        subflow("A-0", "B-0"),
        subflow("B-0", "A-0"),
        subflow("C-0", "C-0"),
      ]);
    },
  },
  {
    name: "event: tasks that wait for each other",
    change: (at) => {
      const task = (taskRun: string, run: string) => ({
        type: "task-run-created",
        taskRun,
        name: taskRun,
        task: "U",
        flowRun: ".",
        inputs: "",
        upstream: [{ run }],
      });
      at.events = eventsWith(stored("nothing"), [task("U-0", "U-1"), task("U-1", "U-0"), task("U-2", "U-2")]);
    },
  },
  {
    name: "event: hostile texts",
    change: (at) => {
      const text = hostileParts.join("");
      at.events = eventsWith({ ...stored("nothing"), preview: text }, [
        {
          type: "task-run-created",
          taskRun: text,
          name: text,
          task: text,
          flowRun: ".",
          inputs: "",
          tags: [text],
        },
        { type: "resource-created", resource: text, name: text, flowRun: "." },
        { type: "log", level: "ERROR", message: text, taskRun: text },
        { ...artifact("artifacts/a.json"), title: text, description: text },
        {
          type: "task-run-state",
          taskRun: text,
          state: { type: "FAILED", name: "Failed", message: text },
          error: { name: text, message: text, stack: text, source: { file: text, line: 1, column: 1 } },
        },
        { type: "progress", taskRun: text, done: 1, message: text },
      ]);
      writeFileSync(
        join(at.folder, "artifacts", "a.json"),
        JSON.stringify({ kind: "table", columns: [{ name: text, type: text }], rows: [[text]] }),
      );
    },
  },
  {
    name: "events: garbage",
    change: (at) => {
      at.events = [];
      writeFileSync(
        join(at.folder, "events.jsonl"),
        Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 97) % 256)),
      );
    },
  },
  {
    name: "events: a line of 300 MB without an end",
    change: (at) => {
      const path = join(at.folder, "events.jsonl");
      writeFileSync(path, `${at.events.map((event) => JSON.stringify(event)).join("\n")}\n`);
      at.events = [];
      truncateSync(path, 300 << 20);
    },
  },
];

/** Results and artifacts that aren't. */
const results: readonly HostileRun[] = [
  ...Object.entries<object>({
    "a sparse array of four thousand million": inline(serialize(new Array(2 ** 32 - 1))),
    "many sparse arrays": inline(serialize(Array.from({ length: 200 }, () => new Array(2 ** 32 - 1)))),
    "nested 100,000 times": inline(
      Buffer.concat([Buffer.from([0xff, 15]), Buffer.from("A\x01".repeat(100_000))]),
    ),
    "no bytes": inline(new Uint8Array()),
    garbage: inline(Buffer.from("\xff\x0fgarbage", "latin1")),
    "no base64": stored({ inline: "%%%" }),
    "a file above the run": stored({ file: "../../../outside/secret.bin" }),
    "a file above its folder": stored({ file: "results/../../../../outside/secret.bin" }),
    "an absolute file": stored({ file: "/etc/passwd" }),
    "a file that is missing": stored({ file: "results/none.bin" }),
    "a table of another machine's disk": tableAt("D:\\secret.csv"),
    "a table of a server": tableAt("\\\\server\\share\\secret.csv"),
    "a table above the base": tableAt("../../../../outside/secret.csv"),
    "a table far above": tableAt("./results/../../../../../outside/secret.csv"),
    "a table on a device": tableAt("/dev/zero"),
    "a table by a pattern": tableAt("./results/*.parquet", "parquet"),
    "a table of no kind": tableAt("./results/x", "exploded"),
    "a table that is a number": { ...stored("nothing"), tables: [{ path: 1 }] },
    "a mark that is none": inline(serialize({ $millrace: "table", session: 1, handle: null })),
    "a mark of a run": inline(serialize({ $millrace: "result", run: "T-0" })),
    "hostile texts": inline(serialize({ [hostileParts.join("")]: hostileParts.join("") })),
  }).map(([name, result]) => ({
    name: `result: ${name}`,
    change: (at: RunToChange) => {
      at.events = eventsWith(result);
    },
  })),
  {
    name: "result: a table outside, by its own path",
    change: (at) => {
      at.events = eventsWith(tableAt(join(at.outside, "secret.csv")));
    },
  },
  {
    name: "result: a table by a link in the run's folder",
    change: (at) => {
      symlinkSync(join(at.outside, "secret.csv"), join(at.folder, "results", "t.csv"));
      at.events = eventsWith(tableAt("./results/t.csv"));
    },
  },
  {
    name: "result: a table that is a pipe",
    change: (at) => {
      fifo(join(at.folder, "results", "t.csv"));
      at.events = eventsWith(tableAt("./results/t.csv"));
    },
  },
  {
    name: "result: a file by a link",
    change: (at) => {
      symlinkSync(join(at.outside, "secret.bin"), join(at.folder, "results", "r.bin"));
      at.events = eventsWith(stored({ file: "results/r.bin" }));
    },
  },
  {
    name: "result: a file that is a pipe",
    change: (at) => {
      fifo(join(at.folder, "results", "r.bin"));
      at.events = eventsWith(stored({ file: "results/r.bin" }));
    },
  },
  {
    name: "result: a file of 300 MB",
    change: (at) => {
      writeFileSync(join(at.folder, "results", "r.bin"), "");
      truncateSync(join(at.folder, "results", "r.bin"), 300 << 20);
      at.events = eventsWith(stored({ file: "results/r.bin" }));
    },
  },
  {
    name: "result: a folder of results that is a link",
    change: (at) => {
      rmSync(join(at.folder, "results"), { recursive: true });
      symlinkSync(at.outside, join(at.folder, "results"));
      at.events = eventsWith(stored({ file: "results/secret.bin" }));
    },
  },
  ...Object.entries<string>({
    "above the run": "../../../outside/secret.json",
    absolute: "/etc/passwd",
    "by a link": "artifacts/link.json",
    "a pipe": "artifacts/pipe.json",
    "of 300 MB": "artifacts/large.json",
    "of a kind that there isn't": "artifacts/kind.json",
    "without rows": "artifacts/rows.json",
    "missing rows in columns": "artifacts/cells.json",
    empty: "artifacts/empty.json",
  }).map(([name, file]) => ({
    name: `artifact: ${name}`,
    change: (at: RunToChange) => {
      const path = (base: string) => join(at.folder, "artifacts", base);
      symlinkSync(join(at.outside, "secret.json"), path("link.json"));
      fifo(path("pipe.json"));
      writeFileSync(path("large.json"), "");
      truncateSync(path("large.json"), 300 << 20);
      writeFileSync(path("kind.json"), JSON.stringify({ kind: "exploded" }));
      writeFileSync(path("rows.json"), JSON.stringify({ kind: "table", columns: [] }));
      writeFileSync(
        path("cells.json"),
        JSON.stringify({ kind: "table", columns: [], rows: [[1, 2], [], [null]] }),
      );
      writeFileSync(path("empty.json"), "");
      at.events = eventsWith(stored("nothing"), [artifact(file)]);
    },
  })),
];

/** What else lies in a run's folder. */
const others: readonly HostileRun[] = [
  ...["heartbeat", "cancel", "lock-1"].flatMap((file): HostileRun[] => [
    { name: `${file}: a pipe`, change: (at) => fifo(join(at.folder, file)) },
    {
      name: `${file}: a link to an endless device`,
      change: (at) => symlinkSync("/dev/zero", join(at.folder, file)),
    },
    { name: `${file}: a folder`, change: (at) => mkdirSync(join(at.folder, file)) },
  ]),
  { name: "lock-1: garbage", change: (at) => writeFileSync(join(at.folder, "lock-1"), "{{{") },
  {
    name: "lock: a number beyond all",
    change: (at) => writeFileSync(join(at.folder, `lock-${"9".repeat(200)}`), "{}"),
  },
  { name: "nothing hostile", change: () => {} },
];

export const hostileRuns: readonly HostileRun[] = [...infos, ...events, ...results, ...others];

/** Makes a base folder with a run of each kind in it. @returns the runs' ids, by their kinds. */
export function makeHostileRuns(
  base: string,
  runs: readonly HostileRun[] = hostileRuns,
): Map<string, string> {
  const outside = join(base, "..", "outside");
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, "secret.csv"), `a\n${canary}\n`);
  const secret = { ...info, id: "x", flow: canary };
  writeFileSync(join(outside, "secret.json"), JSON.stringify(secret));
  writeFileSync(join(outside, "secret.bin"), serialize(canary));
  const ids = new Map<string, string>();
  for (const [i, run] of runs.entries()) {
    const id = `20260101-${String(i).padStart(9, "0")}-odd-owl`;
    ids.set(run.name, id);
    makeHostileRun(join(base, ".millrace", "runs", id), outside, run);
  }
  return ids;
}

function makeHostileRun(folder: string, outside: string, run: HostileRun): void {
  for (const part of ["results", "artifacts"]) mkdirSync(join(folder, part), { recursive: true });
  const at: RunToChange = { folder, outside, info, events: eventsWith(stored("nothing")) };
  run.change(at);
  if (at.info !== undefined) writeFileSync(join(folder, "run.json"), JSON.stringify(at.info));
  const lines = at.events.map((event) => `${JSON.stringify(event)}\n`).join("");
  if (lines !== "") writeFileSync(join(folder, "events.jsonl"), lines);
}
