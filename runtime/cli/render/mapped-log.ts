import { type LogLine, LogLines } from "../../events/log-lines.ts";
import type { RunEvent } from "../../events/run-event.ts";
import { nameOfRun } from "../../events/run-ids.ts";
import { hasEnded } from "../../events/states.ts";

type Created = Extract<RunEvent, { type: "task-run-created" }>;

/** The runs of one `.map` call, as far as they are known. */
interface MappedRuns {
  readonly task: string;
  readonly flowRun: string;
  readonly runs: Set<string>;
  /** How many ended how. */
  readonly ends: Map<string, number>;
  ended: number;
  isTold: boolean;
}

/** Those of a map's runs that are being made, one right after the other. */
interface Making {
  readonly map: MappedRuns;
  readonly made: string[];
  readonly taken: string[];
  readonly line: LogLine | undefined;
}

/**
 * A run's log lines, in which the runs of one `.map` call are one line where they are made and one, with counts, where
 * they have ended. What they log, retry and fail with is told of each.
 */
export class MappedLog {
  readonly #lines = new LogLines();
  readonly #maps = new Map<string, MappedRuns>();
  readonly #mapOf = new Map<string, MappedRuns>();
  #making: Making | undefined;

  lines(events: Iterable<RunEvent>): LogLine[] {
    const lines: LogLine[] = [];
    for (const event of events) lines.push(...this.#told(event));
    return lines;
  }

  /** What would be told with the next event, if there is none. */
  rest(): LogLine[] {
    return this.#tellMade();
  }

  #told(event: RunEvent): LogLine[] {
    const own = this.#lines.lines([event]); // it learns names of each
    if (event.type === "task-run-created" && event.mapped !== undefined) {
      const map = this.#mapOfCall(event);
      const before = this.#making?.map === map ? [] : this.#tellMade();
      this.#making ??= { map, made: [], taken: [], line: own[0] };
      this.#add(event, this.#making);
      return before;
    }
    const before = this.#tellMade();
    if (event.type === "run-started") this.#maps.clear(); // another attempt makes all anew
    if (event.type === "flow-run-state" && hasEnded(event.state)) before.push(...this.#tellRest(event));
    const map = "taskRun" in event && event.taskRun !== undefined && this.#mapOf.get(event.taskRun);
    if (!map || map.runs.size === 1) return [...before, ...own];
    if (event.type === "task-run-adopted") return [...before, ...this.#end(map, "taken", event)];
    if (event.type !== "task-run-state" || !hasEnded(event.state)) return [...before, ...own];
    const { name, type } = event.state;
    const isTold = type === "FAILED" || type === "CRASHED";
    return [...before, ...(isTold ? own : []), ...this.#end(map, name, event)];
  }

  #mapOfCall({ mapped, flowRun, task }: Created): MappedRuns {
    const key = `${flowRun}\0${mapped?.group}`;
    const known = this.#maps.get(key);
    if (known !== undefined) return known;
    const map = { task, flowRun, runs: new Set<string>(), ends: new Map(), ended: 0, isTold: false };
    this.#maps.set(key, map);
    return map;
  }

  #add({ taskRun, adopted }: Created, { map, made, taken }: Making): void {
    map.runs.add(taskRun);
    this.#mapOf.set(taskRun, map);
    (adopted ? taken : made).push(taskRun);
    if (adopted) count(map, "taken");
  }

  #tellMade(): LogLine[] {
    const making = this.#making;
    if (making === undefined) return [];
    this.#making = undefined;
    const { map, made, taken, line } = making;
    if (line === undefined || map.runs.size === 1) return line === undefined ? [] : [line];
    const say = (message: string): LogLine => ({ ...line, message });
    return [
      ...(taken.length === 0
        ? []
        : [say(`Took the results of ${those(taken, map)} from an earlier attempt`)]),
      ...(made.length === 0 ? [] : [say(`Created ${those(made, map)}`)]),
    ];
  }

  /** @returns the line that tells how all have ended, if this was the last of them. */
  #end(map: MappedRuns, how: string, event: RunEvent): LogLine[] {
    count(map, how);
    return map.ended === map.runs.size ? this.#tellEnded(map, event) : [];
  }

  /** Of maps whose runs have not all ended when the flow run has. */
  #tellRest(event: RunEvent): LogLine[] {
    return [...this.#maps.values()]
      .filter((map) => !map.isTold && map.ended > 0 && map.runs.size > 1)
      .flatMap((map) => this.#tellEnded(map, event));
  }

  #tellEnded(map: MappedRuns, { seq, time }: RunEvent): LogLine[] {
    if (map.isTold || map.ends.size === 0) return [];
    map.isTold = true;
    const counts = [...map.ends].sort(([, a], [, b]) => b - a).map(([how, number]) => `${number} ${how}`);
    const number = map.ended === map.runs.size ? map.ended : `${map.ended} of ${map.runs.size}`;
    return [
      {
        seq,
        time,
        level: "INFO",
        logger: this.#lines.flowLogger(map.flowRun),
        message: `${number} task runs for task '${map.task}' have ended: ${counts.join(", ")}`,
        flowRun: map.flowRun,
      },
    ];
  }
}

function count(map: MappedRuns, how: string): void {
  map.ended++;
  map.ends.set(how, (map.ends.get(how) ?? 0) + 1);
}

function those(runs: readonly string[], { task }: MappedRuns): string {
  const [first = "", last = first] = [runs[0], runs.at(-1)].map((id) => nameOfRun(id ?? ""));
  if (runs.length === 1) return `task run '${first}' for task '${task}'`;
  return `${runs.length} task runs, '${first}' to '${last}', for task '${task}'`;
}
