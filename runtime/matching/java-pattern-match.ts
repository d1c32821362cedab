import type { PatternProgram } from "./java-pattern-program.ts";

/** Code units of a text: the first, and the one behind the last. */
export interface Match {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds the next match as `java.util.regex.Matcher.find` does, by backtracking: the first choice that leads to a match
 * counts. A state (instruction, place in the text, and which rounds of the loops around took something) that failed once
 * fails again, so that it is tried once: the time is at most the pattern's length times the text's.
 */
export function findMatch(program: PatternProgram, text: string, from: number): Match | undefined {
  const search = new Search(program, text);
  const failed = new Set<number>();
  for (let start = from; start <= text.length; start++) {
    // Java steps over the second half of a surrogate pair, but may be sent there.
    if (start > from && isPairSplit(text, start)) continue;
    const to = search.run(0, start, failed);
    if (to >= 0) return { from: start, to };
  }
  return undefined;
}

function isPairSplit(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

class Search {
  readonly #program: PatternProgram;
  readonly #text: string;
  readonly #looks = new Map<number, boolean>();
  readonly #begun: Int32Array;

  constructor(program: PatternProgram, text: string) {
    this.#program = program;
    this.#text = text;
    this.#begun = new Int32Array(program.registers);
  }

  /** @returns where the match ends, or -1. */
  run(first: number, from: number, failed: Set<number>): number {
    const { instructions } = this.#program;
    const text = this.#text;
    const begun = this.#begun;
    /** Pairs: an instruction and a place to go on at, or a register's complement and what it held before. */
    const stack: number[] = [];
    let at = first;
    let place = from;
    for (;;) {
      const instruction = this.#enter(at, place, failed) ? instructions[at] : undefined;
      let fails = instruction === undefined;
      at++;
      switch (instruction?.op) {
        case "match":
          return place;
        case "set": {
          const point = text.codePointAt(place);
          fails = point === undefined || !instruction.test(point);
          if (point !== undefined) place += point > 0xffff ? 2 : 1;
          break;
        }
        case "start":
          fails = place !== 0;
          break;
        case "end":
          fails = place !== text.length;
          break;
        case "split":
          stack.push(instruction.second, place);
          at = instruction.first;
          break;
        case "jump":
          at = instruction.to;
          break;
        case "begin":
          stack.push(~instruction.register, begun[instruction.register] ?? 0);
          begun[instruction.register] = place;
          break;
        case "check":
          if (begun[instruction.register] === place) at = instruction.to;
          break;
        case "look":
          fails = this.#lookAhead(at, place) === instruction.negated;
          at = instruction.to;
          break;
        case undefined:
      }
      if (!fails) continue;
      for (;;) {
        const value = stack.pop();
        const next = stack.pop();
        if (value === undefined || next === undefined) return -1;
        if (next < 0) {
          begun[~next] = value;
          continue;
        }
        at = next;
        place = value;
        break;
      }
    }
  }

  /** Whether the pattern from there on matches, whatever follows. */
  #lookAhead(at: number, place: number): boolean {
    const key = at * (this.#text.length + 1) + place;
    const known = this.#looks.get(key);
    if (known !== undefined) return known;
    const begun = this.#begun.slice();
    const found = this.run(at, place, new Set()) >= 0;
    this.#begun.set(begun);
    this.#looks.set(key, found);
    return found;
  }

  /** Notes a state. @returns whether it is new. */
  #enter(at: number, place: number, failed: Set<number>): boolean {
    const { around, instructions } = this.#program;
    let state = 0;
    for (const register of around[at] ?? []) state = 2 * state + (this.#begun[register] === place ? 1 : 0);
    const key = (state * instructions.length + at) * (this.#text.length + 1) + place;
    if (failed.has(key)) return false;
    failed.add(key);
    return true;
  }
}
