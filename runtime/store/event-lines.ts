import type { RunEvent } from "../events/run-event.ts";
import { runEvent } from "./event-shape.ts";
import { problemText } from "./shape.ts";

/** Where a file of events can't be read any further, and why. */
export interface Damage {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
  /** The writer that went on in spite of it. */
  readonly passedBy?: number;
}

/** The line by which a further writer of a run begins: what an earlier one appends after it doesn't count. */
export interface Fence {
  readonly fence: number;
}

/**
 * Decides which lines of a run's events count, one after the other as they lie in the file.
 *
 * Each process that writes to a run has a number, and writes it into its events if it isn't the first. A
 * later one begins by a {@link Fence}. From there on lines of earlier ones are left out: of a process that was
 * stopped, taken for dead, and woke up again. Since the later writer reads the file up to its fence by this
 * very rule, the numbers of the events that count have no gap.
 *
 * A line that is none of this is damage: nothing after it counts until the next fence, whose writer began
 * from what counted until then.
 */
export class EventLines {
  /** Of the last event that counts. */
  seq = 0;
  /** Whose events count now. */
  writer = 1;
  line = 0;
  damage: Damage | undefined;
  /** What later writers passed over, but for a torn last line: that is how a killed one leaves it. */
  readonly passedOver: Damage[] = [];

  /** Takes the next line in, as JSON has it; undefined for one that is no JSON. @returns whether it is an event that counts. */
  take(value: unknown): value is RunEvent {
    this.line++;
    if (isFence(value)) {
      this.#begin(value.fence);
      return false;
    }
    if (this.damage !== undefined) return false;
    const problem = this.#problemOf(value);
    if (problem !== undefined) this.damage = { line: this.line, problem };
    if (problem !== undefined || !isEvent(value) || (value.writer ?? 1) < this.writer) return false;
    this.seq = value.seq;
    return true;
  }

  /** Passes over a line that is empty. */
  skip(): void {
    this.line++;
  }

  /** Ends with damage that no line tells. */
  end(problem: string): void {
    this.damage ??= { line: this.line + 1, problem };
  }

  #begin(writer: number): void {
    if (writer <= this.writer) return; // one that was late itself
    this.writer = writer;
    const { damage } = this;
    if (damage !== undefined && damage.line < this.line - 1)
      this.passedOver.push({ ...damage, passedBy: writer });
    this.damage = undefined;
  }

  #problemOf(value: unknown): string | undefined {
    if (value === undefined) return "it isn't JSON";
    if (!isEvent(value)) return "it isn't an event";
    const { writer = 1, seq } = value;
    if (writer < this.writer) return undefined;
    if (writer > this.writer) return `it is of the run's writer ${writer}, whose beginning is missing`;
    if (seq !== this.seq + 1) return `it is event ${seq}, and ${this.seq + 1} is missing`;
    const problem = runEvent(value);
    return problem && `it is no event that this version knows: ${problemText(problem)}`;
  }
}

function isFence(value: unknown): value is Fence {
  return typeof value === "object" && value !== null && "fence" in value && isCount(value.fence);
}

function isEvent(value: unknown): value is RunEvent {
  return (
    typeof value === "object" &&
    value !== null &&
    "seq" in value &&
    isCount(value.seq) &&
    "type" in value &&
    typeof value.type === "string" &&
    "time" in value &&
    typeof value.time === "number" &&
    (!("writer" in value) || isCount(value.writer))
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1; // a number, then
}
