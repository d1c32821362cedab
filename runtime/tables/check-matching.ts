import { criterionProblem, type Measure } from "../matching/exact-join/measure.ts";
import {
  type ExactMethod,
  inputsOf,
  outputsOf,
  type SimilarityJoinOptions,
  stageProblem,
  type Transformer,
} from "../matching/stages.ts";
import { localeProblem } from "../matching/stop-words-remover.ts";
import { type ParsedType, parseColumnType, typeName } from "./column-types.ts";
import { sameName } from "./same-name.ts";
import type { Column } from "./session.ts";
import { TableError } from "./table-error.ts";

/** MinHashLSH takes indices below it. */
export const hashPrime = 2_038_074_743;

/** The error for a row's features that are no set of indices. */
export function wrongFeatures(id: string, value: string, featuresCol: string, what: string): TableError {
  return new TableError(
    `similarityJoin: ${JSON.stringify(featuresCol)} of the row whose ${JSON.stringify(id)} is ${value} is ${what}. Feature indices are whole numbers from 0 on, by minhash below ${hashPrime}.`,
  );
}

/**
 * Holds stages against a table's columns.
 * @returns the columns of the table that the stages read.
 */
export function checkStages(columns: readonly Column[], stages: readonly Transformer[]): Set<string> {
  const names = columns.map((column) => column.name);
  const made = new Set<string>();
  const inputs = new Set<string>();
  for (const stage of stages) {
    const problem = stageProblem(stage) ?? localeProblemOf(stage);
    if (problem !== undefined) throw new TableError(`transform: ${stage.stage}: ${problem}`);
    for (const input of inputsOf(stage)) {
      if (made.has(input)) continue;
      if (!names.includes(input))
        throw new TableError(
          `transform: ${stage.stage}: there is no column ${JSON.stringify(input)}. The table has: ${names.join(", ")}.`,
        );
      inputs.add(input);
    }
    for (const output of outputsOf(stage)) {
      if (names.some((name) => name.toLowerCase() === output.toLowerCase()))
        throw new TableError(
          `transform: ${stage.stage}: the table already has a column ${JSON.stringify(output)}. Choose another outputCol.`,
        );
      made.add(output);
    }
  }
  return inputs;
}

function localeProblemOf(stage: Transformer): string | undefined {
  return stage.stage === "StopWordsRemover" && stage.locale !== undefined
    ? localeProblem(stage.locale)
    : undefined;
}

/**
 * Holds a similarity join's options against its tables' columns.
 * @returns the result's columns with their types.
 */
export function checkJoin(
  left: readonly Column[],
  right: readonly Column[],
  { featuresCol, leftId, rightId, maxDistance, method }: SimilarityJoinOptions,
): { readonly columns: readonly Column[]; readonly types: readonly ParsedType[] } {
  if (!(maxDistance >= 0 && maxDistance <= 1))
    throw new TableError(`similarityJoin: maxDistance is ${maxDistance}. It is a number from 0 to 1.`);
  const measure = method.name === "exact" ? checkMethod(method, maxDistance) : "jaccard";
  const names = [leftId, rightId, `${measure}Dist`];
  const twice = sameName(names);
  if (twice !== undefined)
    throw new TableError(
      `similarityJoin: the result would have two columns named ${JSON.stringify(twice)}. Rename an id column with sql first.`,
    );
  checkFeatures(left, "left", featuresCol);
  checkFeatures(right, "right", featuresCol);
  const types: ParsedType[] = [
    typeOf(left, "left", leftId),
    typeOf(right, "right", rightId),
    { kind: "double" },
  ];
  return { columns: types.map((type, i) => ({ name: names[i] ?? "", type: typeName(type) })), types };
}

function checkMethod({ measure = "jaccard", comparison = ">" }: ExactMethod, maxDistance: number): Measure {
  const problem = criterionProblem({ measure, comparison, maxDistance });
  if (problem !== undefined) throw new TableError(`similarityJoin: ${problem}`);
  return measure;
}

function checkFeatures(columns: readonly Column[], side: string, featuresCol: string): void {
  const type = typeOf(columns, side, featuresCol);
  if (type.kind === "array" && type.item.kind === "integer") return;
  throw new TableError(
    `similarityJoin: the ${side} table's column ${JSON.stringify(featuresCol)} is ${typeName(type)}. It has to be array<integer>, as HashingTF gives it.`,
  );
}

function typeOf(columns: readonly Column[], side: string, name: string): ParsedType {
  const column = columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return parseColumnType(column.type);
  throw new TableError(
    `similarityJoin: the ${side} table has no column ${JSON.stringify(name)}. It has: ${columns.map((column) => column.name).join(", ")}.`,
  );
}
