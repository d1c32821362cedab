/**
 * The public entry of `millrace/matching`: Spark ML's text pipeline and MinHash on columns of typed arrays, and
 * the exact Jaccard join.
 */
export { approxNearestNeighbors, type Neighbors } from "./matching/approx-nearest-neighbors.ts";
export {
  type ApproxJoinBatchesOptions,
  type ApproxJoinOptions,
  approxSimilarityJoin,
  approxSimilarityJoinBatches,
} from "./matching/approx-similarity-join.ts";
export {
  type CountColumn,
  type DataColumn,
  type SetColumn,
  type SparseVectorColumn,
  type StringColumn,
  setColumn,
  setRows,
  type TokenColumn,
  tokenColumn,
  tokenRows,
} from "./matching/columns.ts";
export { concatWs } from "./matching/concat-ws.ts";
export {
  type ExactJoinOptions,
  type ExactSelfJoinOptions,
  exactJoin,
  exactJoinBatches,
  exactSelfJoin,
  type JaccardJoinOptions,
  type JaccardSelfJoinOptions,
  jaccardJoin,
  jaccardSelfJoin,
} from "./matching/exact-join/join.ts";
export type { Comparison, Measure } from "./matching/exact-join/measure.ts";
export type { JaccardPairs } from "./matching/exact-join/pairs.ts";
export { type HashingTFOptions, hashingTF, indexOf } from "./matching/hashing-tf.ts";
export { MatchingError } from "./matching/matching-error.ts";
export {
  defaultMinHashSeed,
  fitMinHash,
  type MinHashModel,
  minHashSignatures,
} from "./matching/min-hash-lsh.ts";
export { nGrams } from "./matching/ngram.ts";
export { type PipelineOptions, runPipeline } from "./matching/pipeline.ts";
export { type RegexTokenizerOptions, regexTokenize } from "./matching/regex-tokenizer.ts";
export type { MinHashParams, SimilarityJoinOptions, Transformer } from "./matching/stages.ts";
export {
  englishStopWords,
  loadDefaultStopWords,
  type StopWordsLanguage,
} from "./matching/stop-words.ts";
export { removeStopWords, type StopWordsOptions } from "./matching/stop-words-remover.ts";
export { tokenize } from "./matching/tokenizer.ts";
