import { codeUnitBigramSets } from "./bigram-sets.ts";
import type { DataColumn, StringColumn, TokenColumn } from "./columns.ts";
import { concatWs } from "./concat-ws.ts";
import { hashingTF } from "./hashing-tf.ts";
import { MatchingError } from "./matching-error.ts";
import { nGrams } from "./ngram.ts";
import { regexTokenize } from "./regex-tokenizer.ts";
import { inputsOf, outputsOf, stageProblem, type Transformer } from "./stages.ts";
import { removeStopWords } from "./stop-words-remover.ts";
import { tokenize } from "./tokenizer.ts";

export interface PipelineOptions {
  /** The added columns that are wanted; default all. What lies between them needn't be kept, or made. */
  readonly outputs?: readonly string[];
}

/**
 * Runs the stages one after the other over named columns, as Spark ML's Pipeline does.
 * @returns the columns that the stages add (or those of them that are wanted), in the order of the stages: token columns of the
 * tokenizers, StopWordsRemover and NGram, texts of ConcatWs, sets of HashingTF and their counts.
 * @throws {MatchingError} for a column that is missing, of the wrong kind or there already, and whatever
 * a stage throws.
 */
export function runPipeline(
  stages: readonly Transformer[],
  columns: ReadonlyMap<string, DataColumn>,
  options: PipelineOptions = {},
): Map<string, DataColumn> {
  checkNames(stages, columns, options);
  const wanted = new Set(options.outputs ?? stages.flatMap(outputsOf));
  const all = new Map(columns);
  const added = new Map<string, DataColumn>();
  for (let at = 0; at < stages.length; ) {
    const fused = bigramHashingAt(stages, at, wanted);
    const stage = fused ?? stages[at];
    if (stage === undefined) break;
    for (const [name, column] of apply(stage, all)) {
      all.set(name, column);
      if (wanted.has(name)) added.set(name, column);
    }
    at += fused === undefined ? 1 : 3;
    forgetUnread(all, stages.slice(at));
  }
  return added;
}

/** Three stages of a pipeline in one. */
interface BigramHashing {
  readonly stage: "BigramHashing";
  readonly inputCol: string;
  readonly outputCol: string;
  readonly toLowercase: boolean;
  readonly numFeatures: number;
}

function apply(
  stage: Transformer | BigramHashing,
  columns: ReadonlyMap<string, DataColumn>,
): readonly (readonly [string, DataColumn])[] {
  switch (stage.stage) {
    case "Tokenizer":
      return [[stage.outputCol, tokenize(texts(stage.stage, stage.inputCol, columns))]];
    case "RegexTokenizer":
      return [[stage.outputCol, regexTokenize(texts(stage.stage, stage.inputCol, columns), stage)]];
    case "StopWordsRemover": {
      const outputs = outputsOf(stage);
      return inputsOf(stage).map((input, at) => [
        outputs[at] ?? "",
        removeStopWords(tokens(stage.stage, input, columns), stage),
      ]);
    }
    case "ConcatWs":
      return [[stage.outputCol, concatWs(tokens(stage.stage, stage.inputCol, columns), stage.separator)]];
    case "NGram":
      return [[stage.outputCol, nGrams(tokens(stage.stage, stage.inputCol, columns), stage.n)]];
    case "HashingTF": {
      const { offsets, indices, values } = hashingTF(tokens(stage.stage, stage.inputCol, columns), stage);
      const { countsCol } = stage;
      const sets = [stage.outputCol, { offsets, indices }] as const;
      return countsCol === undefined ? [sets] : [sets, [countsCol, { offsets, counts: values }]];
    }
    case "BigramHashing": {
      const given = texts("RegexTokenizer", stage.inputCol, columns);
      return [[stage.outputCol, codeUnitBigramSets(given, stage.toLowercase, stage.numFeatures)]];
    }
  }
}

/** Characters, bigrams, HashingTF, of which nobody wants to see what lies between. */
function bigramHashingAt(
  stages: readonly Transformer[],
  at: number,
  wanted: ReadonlySet<string>,
): BigramHashing | undefined {
  const [characters, bigrams, hashing] = stages.slice(at, at + 3);
  if (
    characters?.stage !== "RegexTokenizer" ||
    bigrams?.stage !== "NGram" ||
    hashing?.stage !== "HashingTF"
  ) {
    return undefined;
  }
  const { pattern, gaps = true, minTokenLength = 1, toLowercase = true } = characters;
  const plain = pattern === "" && gaps && minTokenLength <= 1 && (bigrams.n ?? 2) === 2;
  const chained = bigrams.inputCol === characters.outputCol && hashing.inputCol === bigrams.outputCol;
  const between = [characters.outputCol, bigrams.outputCol];
  const readLater = stages
    .slice(at + 3)
    .some((stage) => inputsOf(stage).some((input) => between.includes(input)));
  if (
    !plain ||
    !chained ||
    hashing.countsCol !== undefined ||
    readLater ||
    between.some((name) => wanted.has(name))
  )
    return undefined;
  return {
    stage: "BigramHashing",
    inputCol: characters.inputCol,
    outputCol: hashing.outputCol,
    toLowercase,
    numFeatures: hashing.numFeatures ?? 1 << 18,
  };
}

/** Columns of millions of tokens go as soon as nobody reads them any more. */
function forgetUnread(columns: Map<string, DataColumn>, rest: readonly Transformer[]): void {
  const read = new Set(rest.flatMap(inputsOf));
  for (const name of columns.keys()) if (!read.has(name)) columns.delete(name);
}

function checkNames(
  stages: readonly Transformer[],
  columns: ReadonlyMap<string, DataColumn>,
  { outputs = [] }: PipelineOptions,
): void {
  const names = new Set(columns.keys());
  for (const stage of stages) {
    const problem = stageProblem(stage);
    if (problem !== undefined) throw new MatchingError(`${stage.stage}: ${problem}`);
    for (const input of inputsOf(stage)) {
      if (names.has(input)) continue;
      throw new MatchingError(`${stage.stage}: there is no column '${input}', but ${[...names].join(", ")}.`);
    }
    for (const output of outputsOf(stage)) {
      if (names.has(output)) {
        throw new MatchingError(
          `${stage.stage}: the output column '${output}' already exists. Choose another name.`,
        );
      }
      names.add(output);
    }
  }
  for (const name of outputs) {
    if (columns.has(name) || !names.has(name)) {
      throw new MatchingError(`No stage of the pipeline adds the column '${name}' that is wanted.`);
    }
  }
}

function texts(stage: string, name: string, columns: ReadonlyMap<string, DataColumn>): StringColumn {
  const column = columns.get(name);
  if (column !== undefined && !("offsets" in column)) return column;
  throw new MatchingError(`${stage}: the column '${name}' isn't one of texts.`);
}

function tokens(stage: string, name: string, columns: ReadonlyMap<string, DataColumn>): TokenColumn {
  const column = columns.get(name);
  if (column !== undefined && "tokens" in column) return column;
  throw new MatchingError(`${stage}: the column '${name}' isn't one of token lists.`);
}
