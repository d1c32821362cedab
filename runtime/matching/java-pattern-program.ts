import { MatchingError } from "./matching-error.ts";

/** A piece of a pattern, with JavaScript's source for it. */
export type PatternToken =
  /** What matches one code point. */
  | { readonly kind: "set"; readonly source: string }
  | { readonly kind: "start" | "end" | "or" | "close"; readonly source: string }
  | { readonly kind: "open"; readonly source: string; readonly look?: { readonly negated: boolean } }
  | {
      readonly kind: "quantifier";
      readonly source: string;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

type Node =
  | { readonly kind: "set"; readonly test: (point: number) => boolean }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "all" | "any"; readonly nodes: readonly Node[] }
  | { readonly kind: "look"; readonly node: Node; readonly negated: boolean }
  | {
      readonly kind: "repeat";
      readonly node: Node;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

/** What the matcher does at a place of the program. Places are indices of instructions. */
export type Instruction =
  | { readonly op: "set"; readonly test: (point: number) => boolean }
  | { readonly op: "start" | "end" | "match" }
  /** Goes on at `first`, and where that fails at `second`. */
  | { op: "split"; first: number; second: number }
  | { op: "jump"; to: number }
  /** Whether what follows matches up to its `match`; goes on at `to`. */
  | { op: "look"; negated: boolean; to: number }
  /** Notes where a round of a loop begins. */
  | { readonly op: "begin"; readonly register: number }
  /** Java leaves a loop once a round took nothing. */
  | { op: "check"; register: number; to: number };

export interface PatternProgram {
  readonly instructions: readonly Instruction[];
  /** By instruction: the registers of the loops around it. What follows depends on whether their round took something. */
  readonly around: readonly (readonly number[])[];
  readonly registers: number;
}

const mostInstructions = 10_000;
const mostAround = 12;

/** @throws {MatchingError} for a pattern that isn't one, or that is too large. */
export function compilePattern(pattern: string, tokens: readonly PatternToken[]): PatternProgram {
  const fail = (reason: string): never => {
    throw new MatchingError(`RegexTokenizer: the pattern ${JSON.stringify(pattern)} isn't valid: ${reason}.`);
  };
  const tree = parse(tokens, fail);
  const instructions: Instruction[] = [];
  const around: number[][] = [];
  const loops: number[] = [];
  let registers = 0;
  const add = <I extends Instruction>(instruction: I): I => {
    if (instructions.length >= mostInstructions) fail("with its counts written out it is too long");
    instructions.push(instruction);
    around.push([...loops]);
    return instruction;
  };
  const emit = (node: Node): void => {
    switch (node.kind) {
      case "set":
        add({ op: "set", test: node.test });
        return;
      case "start":
      case "end":
        add({ op: node.kind });
        return;
      case "all":
        for (const part of node.nodes) emit(part);
        return;
      case "any": {
        const ends = node.nodes.map((part, at) => {
          const last = at === node.nodes.length - 1;
          const split = last ? undefined : add({ op: "split", first: instructions.length + 1, second: 0 });
          emit(part);
          const end = last ? undefined : add({ op: "jump", to: 0 });
          if (split !== undefined) split.second = instructions.length;
          return end;
        });
        for (const end of ends) if (end !== undefined) end.to = instructions.length;
        return;
      }
      case "look": {
        const look = add({ op: "look", negated: node.negated, to: 0 });
        const outer = loops.splice(0);
        emit(node.node);
        add({ op: "match" });
        loops.push(...outer);
        look.to = instructions.length;
        return;
      }
      case "repeat":
        emitRepeat(node);
    }
  };
  const emitRepeat = ({ node, least, most, lazy }: Node & { readonly kind: "repeat" }): void => {
    const exits: { to: number }[] = [];
    const nullable = isNullable(node);
    const round = () => {
      if (!nullable) {
        emit(node);
        return;
      }
      const register = registers++;
      add({ op: "begin", register });
      loops.push(register);
      if (loops.length > mostAround) fail("its groups are too deep");
      emit(node);
      exits.push(add({ op: "check", register, to: 0 }));
      loops.pop();
    };
    const choice = () => {
      const split = add({ op: "split", first: 0, second: 0 });
      const [into, past] = lazy ? (["second", "first"] as const) : (["first", "second"] as const);
      split[into] = instructions.length;
      exits.push({
        set to(place: number) {
          split[past] = place;
        },
      });
    };
    for (let times = 0; times < least; times++) round();
    if (most === Number.POSITIVE_INFINITY) {
      const again = instructions.length;
      choice();
      round();
      add({ op: "jump", to: again });
    } else {
      for (let times = least; times < most; times++) {
        choice();
        round();
      }
    }
    for (const exit of exits) exit.to = instructions.length;
  };
  emit(tree);
  add({ op: "match" });
  return { instructions, around, registers };
}

function isNullable(node: Node): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "start":
    case "end":
    case "look":
      return true;
    case "all":
      return node.nodes.every(isNullable);
    case "any":
      return node.nodes.some(isNullable);
    case "repeat":
      return node.least === 0 || isNullable(node.node);
  }
}

function parse(tokens: readonly PatternToken[], fail: (reason: string) => never): Node {
  let at = 0;
  const alternatives = (): Node => {
    const nodes = [sequence()];
    while (tokens[at]?.kind === "or") {
      at++;
      nodes.push(sequence());
    }
    const [only] = nodes;
    return nodes.length === 1 && only !== undefined ? only : { kind: "any", nodes };
  };
  const sequence = (): Node => {
    const nodes: Node[] = [];
    for (;;) {
      const token = tokens[at];
      if (token === undefined || token.kind === "or" || token.kind === "close") return { kind: "all", nodes };
      at++;
      const node = atom(token);
      const quantifier = tokens[at];
      if (quantifier?.kind !== "quantifier") {
        nodes.push(node);
        continue;
      }
      at++;
      const { least, most, lazy } = quantifier;
      if (most < least) fail(`in ${quantifier.source} the most is below the least`);
      nodes.push({ kind: "repeat", node, least, most, lazy });
    }
  };
  const atom = (token: PatternToken): Node => {
    switch (token.kind) {
      case "set":
        return { kind: "set", test: setTest(token.source, fail) };
      case "start":
      case "end":
        return { kind: token.kind };
      case "open": {
        const node = alternatives();
        if (tokens[at++]?.kind !== "close") fail("a ) is missing");
        return token.look === undefined ? node : { kind: "look", node, negated: token.look.negated };
      }
      default:
        return fail(`there is nothing that ${token.source} could belong to`);
    }
  };
  const tree = alternatives();
  if (at < tokens.length) fail("there is a ) too many");
  return tree;
}

/** Asks JavaScript's engine once for each code point. */
function setTest(source: string, fail: (reason: string) => never): (point: number) => boolean {
  let expression: RegExp;
  try {
    expression = new RegExp(`^${source}$`, "u");
  } catch (cause) {
    return fail(cause instanceof Error ? cause.message : String(cause));
  }
  const known = new Map<number, boolean>();
  return (point) => {
    const seen = known.get(point);
    if (seen !== undefined) return seen;
    const found = expression.test(String.fromCodePoint(point));
    known.set(point, found);
    return found;
  };
}
