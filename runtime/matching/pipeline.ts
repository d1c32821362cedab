import { codeUnitBigramSets } from "./bigram-sets.ts";
import type { DataColumn, StringColumn, TokenColumn } from "./columns.ts";
import { concatWs } from "./concat-ws.ts";
import { hashingSets } from "./hashing-tf.ts";
import { MatchingError } from "./matching-error.ts";
import { nGrams } from "./ngram.ts";
import { regexTokenize } from "./regex-tokenizer.ts";
import type { Transformer } from "./stages.ts";
import { removeStopWords } from "./stop-words-remover.ts";
import { tokenize } from "./tokenizer.ts";

export interface PipelineOptions {
  /** The added columns that are wanted; default all. What lies between them needn't be kept, or made. */
  readonly outputs?: readonly string[];
}

/**
 * Runs the stages one after the other over named columns, as Spark ML's Pipeline does.
 * @returns the columns that the stages add (or those of them that are wanted), in the order of the stages: token columns of the
 * tokenizers, StopWordsRemover and NGram, texts of ConcatWs, sets of HashingTF.
 * @throws {MatchingError} for a column that is missing, of the wrong kind or there already, and whatever
 * a stage throws.
 */
export function runPipeline(
  stages: readonly Transformer[],
  columns: ReadonlyMap<string, DataColumn>,
  options: PipelineOptions = {},
): Map<string, DataColumn> {
  checkNames(stages, columns, options);
  const wanted = new Set(options.outputs ?? stages.map((stage) => stage.outputCol));
  const all = new Map(columns);
  const added = new Map<string, DataColumn>();
  for (let at = 0; at < stages.length; ) {
    const fused = bigramHashingAt(stages, at, wanted);
    const stage = fused ?? stages[at];
    if (stage === undefined) break;
    const column = apply(stage, all);
    all.set(stage.outputCol, column);
    if (wanted.has(stage.outputCol)) added.set(stage.outputCol, column);
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

function apply(stage: Transformer | BigramHashing, columns: ReadonlyMap<string, DataColumn>): DataColumn {
  switch (stage.stage) {
    case "Tokenizer":
      return tokenize(texts(stage, columns));
    case "RegexTokenizer":
      return regexTokenize(texts(stage, columns), stage);
    case "StopWordsRemover":
      return removeStopWords(tokens(stage, columns), stage);
    case "ConcatWs":
      return concatWs(tokens(stage, columns), stage.separator);
    case "NGram":
      return nGrams(tokens(stage, columns), stage.n);
    case "HashingTF":
      return hashingSets(tokens(stage, columns), stage.numFeatures);
    case "BigramHashing":
      return codeUnitBigramSets(texts(stage, columns), stage.toLowercase, stage.numFeatures);
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
  const readLater = stages.slice(at + 3).some((stage) => between.includes(stage.inputCol));
  if (!plain || !chained || readLater || between.some((name) => wanted.has(name))) return undefined;
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
  const read = new Set(rest.map((stage) => stage.inputCol));
  for (const name of columns.keys()) if (!read.has(name)) columns.delete(name);
}

function checkNames(
  stages: readonly Transformer[],
  columns: ReadonlyMap<string, DataColumn>,
  { outputs = [] }: PipelineOptions,
): void {
  const names = new Set(columns.keys());
  for (const { stage, inputCol, outputCol } of stages) {
    if (!names.has(inputCol)) {
      throw new MatchingError(`${stage}: there is no column '${inputCol}', but ${[...names].join(", ")}.`);
    }
    if (names.has(outputCol)) {
      throw new MatchingError(
        `${stage}: the output column '${outputCol}' already exists. Choose another name.`,
      );
    }
    names.add(outputCol);
  }
  for (const name of outputs) {
    if (columns.has(name) || !names.has(name)) {
      throw new MatchingError(`No stage of the pipeline adds the column '${name}' that is wanted.`);
    }
  }
}

function texts(stage: Transformer | BigramHashing, columns: ReadonlyMap<string, DataColumn>): StringColumn {
  const column = columns.get(stage.inputCol);
  if (column !== undefined && !("offsets" in column)) return column;
  throw new MatchingError(`${stage.stage}: the column '${stage.inputCol}' isn't one of texts.`);
}

function tokens(stage: Transformer | BigramHashing, columns: ReadonlyMap<string, DataColumn>): TokenColumn {
  const column = columns.get(stage.inputCol);
  if (column !== undefined && "tokens" in column) return column;
  throw new MatchingError(`${stage.stage}: the column '${stage.inputCol}' isn't one of token lists.`);
}
