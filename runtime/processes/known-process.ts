import { statSync } from "node:fs";
import { hostname } from "node:os";
import { askSystem } from "./ask-system.ts";
import { readlinkText, textOf } from "./proc-text.ts";

/** A process, told so that it is known again: by others on its machine, and after its number was given anew. */
export interface KnownProcess {
  /** Two processes of one value can see each other's numbers. */
  readonly id: string;
  /** The machine's, or container's, name. */
  readonly name: string;
  readonly container: boolean;
  readonly pid: number;
  /** When it started, in the system's own words: compared, never read. Undefined where the system doesn't tell. */
  readonly pidStarted: string | undefined;
}

let known: Promise<KnownProcess> | undefined;

export function thisProcess(): Promise<KnownProcess> {
  known ??= describeThisProcess();
  return known;
}

async function describeThisProcess(): Promise<KnownProcess> {
  const facts = await askSystem(process.pid);
  return {
    id: processTable(),
    name: hostname(),
    container: isInContainer(),
    pid: process.pid,
    pidStarted: typeof facts === "string" ? undefined : facts.started,
  };
}

/** Names the process table that this process is in. */
export function processTable(): string {
  const machine = textOf("/etc/machine-id").trim().slice(0, 12); // two machines may have one name
  const namespace = readlinkText("/proc/self/ns/pid") ?? process.platform; // no /proc: one table a machine
  return [hostname(), namespace, ...(machine === "" ? [] : [machine])].join(" ");
}

export function isInContainer(): boolean {
  return ["/.dockerenv", "/run/.containerenv"].some(
    (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  );
}
