import type { Comparison, Measure } from "./exact-join/measure.ts";

/**
 * The text pipeline's stages as plain data, with Spark ML's names and parameters, so that a fitted pipeline
 * crosses threads and engines. Defaults are Spark's.
 */
export type Transformer =
  | { readonly stage: "Tokenizer"; readonly inputCol: string; readonly outputCol: string }
  | {
      readonly stage: "RegexTokenizer";
      readonly inputCol: string;
      readonly outputCol: string;
      readonly pattern?: string;
      readonly gaps?: boolean;
      readonly minTokenLength?: number;
      readonly toLowercase?: boolean;
    }
  | ({
      readonly stage: "StopWordsRemover";
      /** Default: the English ones; `loadDefaultStopWords` of `millrace/matching` has those of other languages. */
      readonly stopWords?: readonly string[];
      readonly caseSensitive?: boolean;
      /** Whose lower case: one of Java's locales. Matters for `tr`, `az` and `lt` only. */
      readonly locale?: string;
    } & (
      | { readonly inputCol: string; readonly outputCol: string }
      /** As many outputs as inputs, the first for the first. */
      | { readonly inputCols: readonly string[]; readonly outputCols: readonly string[] }
    ))
  /** Tokens to one string; Spark users write `SQLTransformer` with `concat_ws(separator, tokens)`. */
  | {
      readonly stage: "ConcatWs";
      readonly inputCol: string;
      readonly outputCol: string;
      readonly separator: string;
    }
  | { readonly stage: "NGram"; readonly inputCol: string; readonly outputCol: string; readonly n?: number }
  /** The output column holds the sorted distinct indices (`array<integer>`): all that set similarity needs of Spark's sparse vector. */
  | {
      readonly stage: "HashingTF";
      readonly inputCol: string;
      readonly outputCol: string;
      readonly numFeatures?: number;
      /** Every count is 1. Default false. */
      readonly binary?: boolean;
      /** Another output: how often each index was hit, in the order of the indices (`array<double>`). */
      readonly countsCol?: string;
    };

/** The columns that a stage reads. */
export function inputsOf(stage: Transformer): readonly string[] {
  return "inputCols" in stage ? stage.inputCols : [stage.inputCol];
}

/** The columns that a stage adds. */
export function outputsOf(stage: Transformer): readonly string[] {
  if ("outputCols" in stage) return stage.outputCols;
  return stage.stage === "HashingTF" && stage.countsCol !== undefined
    ? [stage.outputCol, stage.countsCol]
    : [stage.outputCol];
}

/** What is wrong with a stage by itself, which may come from JavaScript. */
export function stageProblem(stage: Transformer): string | undefined {
  const inputs = inputsOf(stage).length;
  if ("inputCols" in stage && (inputs === 0 || inputs !== stage.outputCols.length))
    return `inputCols has ${inputs} names, outputCols ${stage.outputCols.length}. Give as many of each, one or more.`;
  if ("inputCols" in stage && ("inputCol" in stage || "outputCol" in stage))
    return "it has both inputCols and inputCol. Give either.";
  return undefined;
}

/** Parameters of Spark's MinHashLSH; a model is no more than its parameters, since `fit` draws them from the seed alone. */
export interface MinHashParams {
  readonly numHashTables: number;
  /** A Java `long`. */
  readonly seed: bigint | number;
}

export interface ExactMethod {
  readonly name: "exact";
  /** Default `jaccard`. `containment` is how much of the left row's set lies in the right one's. */
  readonly measure?: Measure;
  /**
   * Of similarities, as in py_stringsimjoin: default `>`, pairs strictly below `maxDistance`. `>=` and `=` keep those at
   * it, to the last bit of `1 - similarity`.
   */
  readonly comparison?: Comparison;
}

export interface SimilarityJoinOptions {
  /** Column of feature indices (output of `HashingTF`), of the same name on both sides. Rows without any are left out. */
  readonly featuresCol: string;
  readonly leftId: string;
  readonly rightId: string;
  /** Pairs strictly below it, 0 to 1. */
  readonly maxDistance: number;
  /** `exact` misses no pair; `minhash` is Spark's approxSimilarityJoin. */
  readonly method: ExactMethod | ({ readonly name: "minhash" } & MinHashParams);
  /** Of each left row keep only the pairs at its smallest distance, ties included. Default false. */
  readonly nearestOnly?: boolean;
}
