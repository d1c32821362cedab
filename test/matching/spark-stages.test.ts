import assert from "node:assert/strict";
import {
  concatWs,
  englishStopWords,
  type HashingTFOptions,
  hashingTF,
  nGrams,
  type RegexTokenizerOptions,
  regexTokenize,
  removeStopWords,
  type SparseVectorColumn,
  type StopWordsOptions,
  tokenColumn,
  tokenize,
  tokenRows,
} from "../../runtime/matching.ts";
import { sparkVectors } from "./vectors.ts";

type Tokens = readonly (readonly string[])[];
/** Indices and values. */
type Sparse = readonly [readonly number[], readonly number[]];

describe("What PySpark made of the same input", () => {
  it("is what Tokenizer gives", () => {
    const { texts, tokens } = sparkVectors<{ texts: string[]; tokens: Tokens }>("tokenizer");
    assertRows(tokenRows(tokenize(texts)), tokens, texts);
  });

  const regex = sparkVectors<{
    texts: string[];
    cases: readonly { options: RegexTokenizerOptions; tokens: Tokens }[];
  }>("regex-tokenizer");
  for (const { options, tokens } of regex.cases) {
    it(`is what RegexTokenizer gives with ${JSON.stringify(options)}`, () => {
      assertRows(tokenRows(regexTokenize(regex.texts, options)), tokens, regex.texts);
    });
  }

  const stages = sparkVectors<{
    tokens: Tokens;
    englishStopWords: readonly string[];
    stopWords: readonly { options: StopWordsOptions; tokens: Tokens }[];
    nGrams: readonly { n: number; tokens: Tokens }[];
    concatWs: readonly { separator: string; texts: readonly string[] }[];
  }>("tokens");
  const input = tokenColumn(stages.tokens);

  it("is the list of English stop words", () => {
    assert.deepEqual(englishStopWords, stages.englishStopWords);
  });

  for (const { options, tokens } of stages.stopWords) {
    it(`is what StopWordsRemover gives with ${JSON.stringify(options)}`, () => {
      assertRows(tokenRows(removeStopWords(input, options)), tokens, stages.tokens);
    });
  }

  for (const { n, tokens } of stages.nGrams) {
    it(`is what NGram gives with n = ${n}`, () => {
      assertRows(tokenRows(nGrams(input, n)), tokens, stages.tokens);
    });
  }

  for (const { separator, texts } of stages.concatWs) {
    it(`is what concat_ws gives with ${JSON.stringify(separator)}`, () => {
      assertRows(concatWs(input, separator), texts, stages.tokens);
    });
  }

  const hashing = sparkVectors<{
    terms: readonly string[];
    indices: { readonly [numFeatures: string]: readonly number[] };
    rows: Tokens;
    characters: readonly Sparse[];
    vectors: readonly { options: HashingTFOptions; vectors: readonly Sparse[] }[];
  }>("hashing-tf");
  for (const [numFeatures, indices] of Object.entries(hashing.indices)) {
    it(`is what HashingTF gives for single terms with ${numFeatures} features`, () => {
      const column = tokenColumn(hashing.terms.map((term) => [term]));
      const vectors = hashingTF(column, { numFeatures: Number(numFeatures) });
      assertRows([...vectors.indices], indices, hashing.terms);
    });
  }

  for (const { options, vectors } of hashing.vectors) {
    it(`is what HashingTF gives for rows of terms with ${JSON.stringify(options)}`, () => {
      assertRows(sparseRows(hashingTF(tokenColumn(hashing.rows), options)), vectors, hashing.rows);
    });
  }

  it("is what HashingTF gives for characters, halves of emoji among them", () => {
    const characters = regexTokenize(regex.texts, { pattern: "" });
    assertRows(sparseRows(hashingTF(characters)), hashing.characters, regex.texts);
  });
});

function sparseRows({ offsets, indices, values }: SparseVectorColumn): Sparse[] {
  return Array.from({ length: offsets.length - 1 }, (_, row) => [
    [...indices.subarray(offsets[row], offsets[row + 1])],
    [...values.subarray(offsets[row], offsets[row + 1])],
  ]);
}

/** Compares row by row as text, so that a difference shows its input. */
function assertRows(
  actual: readonly unknown[],
  expected: readonly unknown[],
  input: readonly unknown[],
): void {
  const lines = (rows: readonly unknown[]) =>
    input.map((given, row) => `${JSON.stringify(given)} -> ${JSON.stringify(rows[row])}`);
  assert.deepEqual(lines(actual), lines(expected));
  assert.equal(actual.length, expected.length);
}
