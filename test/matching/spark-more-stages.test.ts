import assert from "node:assert/strict";
import { isJavaLocale } from "../../runtime/matching/java-locales.ts";
import {
  concatWs,
  hashingTF,
  indexOf,
  loadDefaultStopWords,
  MatchingError,
  nGrams,
  removeStopWords,
  runPipeline,
  type StopWordsLanguage,
  type StopWordsOptions,
  tokenColumn,
  tokenRows,
} from "../../runtime/matching.ts";
import { sparkVectors } from "./vectors.ts";

type Tokens = readonly (readonly (string | null)[])[];

const spark = sparkVectors<{
  languages: { readonly [language in StopWordsLanguage]: readonly string[] };
  nulls: {
    tokens: Tokens;
    stopWords: readonly { options: StopWordsOptions; tokens: Tokens }[];
    nGrams: Tokens;
    hashing: readonly { numFeatures: number; vectors: readonly [number[], number[]][] }[];
    concatWs: readonly string[];
  };
  locales: {
    tokens: readonly string[];
    cases: readonly { locale: string; kept?: readonly (readonly string[])[]; error?: string }[];
    available: readonly string[];
  };
}>("more-stages");

describe("What PySpark has", () => {
  it("is each language's list of stop words", () => {
    const ours = Object.keys(spark.languages).map((name) => [
      name,
      loadDefaultStopWords(name as StopWordsLanguage), // a key of the lists
    ]);
    assert.deepEqual(Object.fromEntries(ours), spark.languages);
    assert.throws(() => loadDefaultStopWords("klingon" as StopWordsLanguage), {
      // as JavaScript may give it
      name: "MatchingError",
      message: /no stop words of "klingon", but of danish, dutch, .*turkish/,
    });
  });

  it("is the list of locales", () => {
    assert.deepEqual(
      spark.locales.available.filter((name) => !isJavaLocale(name)),
      [],
    );
    for (const name of ["TR", "de-DE", "en_XX", "constructor", "_"]) assert.ok(!isJavaLocale(name), name);
  });

  for (const { locale, kept } of spark.locales.cases) {
    it(`is what the locale ${JSON.stringify(locale)} does`, () => {
      const { tokens } = spark.locales;
      const run = (word: string) =>
        tokenRows(removeStopWords(tokenColumn([tokens]), { stopWords: [word], locale }))[0];
      if (kept === undefined) assert.throws(() => run("I"), MatchingError);
      else assert.deepEqual(tokens.map(run), kept);
    });
  }

  const input = tokenColumn(spark.nulls.tokens);

  it("is what null tokens become", () => {
    const { stopWords, nGrams: grams, hashing, concatWs: texts } = spark.nulls;
    for (const { options, tokens } of stopWords)
      assert.deepEqual(tokenRows(removeStopWords(input, options)), tokens);
    assert.deepEqual(tokenRows(nGrams(input)), grams);
    assert.deepEqual(concatWs(input, "-"), texts);
    for (const { numFeatures, vectors } of hashing) {
      const { offsets, indices, values } = hashingTF(input, { numFeatures });
      const rows = vectors.map((_, row) => [
        [...indices.subarray(offsets[row], offsets[row + 1])],
        [...values.subarray(offsets[row], offsets[row + 1])],
      ]);
      assert.deepEqual(rows, vectors);
      assert.equal(indexOf(null, { numFeatures }), 42 % numFeatures);
    }
  });
});

describe("A locale that Spark hasn't", () => {
  const advice = (locale: string) => {
    try {
      return removeStopWords(tokenColumn([["a"]]), { locale }) && "nothing";
    } catch (error) {
      return error instanceof MatchingError ? error.message : error;
    }
  };
  it("is an error that names one which works", () => {
    assert.deepEqual(["de-DE", "TR", "en_XX", "DE_de", "US"].map(advice), [
      'StopWordsRemover: Spark has no locale "de-DE". Is it "de_DE"?',
      'StopWordsRemover: Spark has no locale "TR". Is it "tr"?',
      'StopWordsRemover: Spark has no locale "en_XX". Is it "en"?',
      'StopWordsRemover: Spark has no locale "DE_de". Is it "de_DE"?',
      'StopWordsRemover: Spark has no locale "US". Give a language, such as "en", or with a country "de_DE".',
    ]);
  });
});

describe("Stages with several columns", () => {
  it("take and give them", () => {
    const columns = new Map([
      ["a", tokenColumn([["the", "x", "x"]])],
      ["b", tokenColumn([["y", "I"]])],
    ]);
    const added = runPipeline(
      [
        { stage: "StopWordsRemover", inputCols: ["a", "b"], outputCols: ["c", "d"] },
        { stage: "HashingTF", inputCol: "c", outputCol: "e", countsCol: "f" },
        { stage: "HashingTF", inputCol: "c", outputCol: "g", countsCol: "h", binary: true },
      ],
      columns,
    );
    const index = indexOf("x");
    assert.deepEqual(
      [...added].map(([name, column]) => {
        if ("tokens" in column) return [name, tokenRows(column)];
        if ("counts" in column) return [name, [...column.counts]];
        return [name, "indices" in column ? [...column.indices] : column];
      }),
      [
        ["c", [["x", "x"]]],
        ["d", [["y"]]],
        ["e", [index]],
        ["f", [2]],
        ["g", [index]],
        ["h", [1]],
      ],
    );
  });

  it("say what is wrong with them", () => {
    assert.throws(
      () =>
        runPipeline(
          [{ stage: "StopWordsRemover", inputCols: ["a"], outputCols: [] }],
          new Map([["a", tokenColumn([["x"]])]]),
        ),
      {
        message: "StopWordsRemover: inputCols has 1 names, outputCols 0. Give as many of each, one or more.",
      },
    );
  });
});
