import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type DataColumn,
  MatchingError,
  runPipeline,
  setColumn,
  setRows,
  type Transformer,
  tokenColumn,
  tokenRows,
} from "../../runtime/matching.ts";

const movieStages: readonly Transformer[] = [
  { stage: "Tokenizer", inputCol: "title", outputCol: "words" },
  { stage: "StopWordsRemover", inputCol: "words", outputCol: "kept" },
  { stage: "ConcatWs", inputCol: "kept", outputCol: "text", separator: " " },
  { stage: "RegexTokenizer", inputCol: "text", outputCol: "characters", pattern: "" },
  { stage: "NGram", inputCol: "characters", outputCol: "bigrams", n: 2 },
  { stage: "HashingTF", inputCol: "bigrams", outputCol: "features", numFeatures: 1000 },
];

describe("runPipeline", () => {
  it("adds each stage's column", () => {
    const columns = runPipeline(movieStages, new Map([["title", ["The Big É 😀", ""]]]));
    assert.deepEqual(Object.fromEntries([...columns].map(([name, column]) => [name, look(column)])), {
      words: [["the", "big", "é", "😀"], [""]],
      kept: [["big", "é", "😀"], [""]],
      text: ["big é 😀", ""],
      characters: [["b", "i", "g", " ", "é", " ", "?", "?"], []],
      bigrams: [["b i", "i g", "g  ", "  é", "é  ", "  ?", "? ?"], []],
      features: [[62, 83, 273, 363, 577, 650, 994], []],
    });
  });

  it("gives the same features whether what lies between is wanted or not", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string(),
      fc.string({ unit: fc.constantFrom("a", "B", " ", "é", "İ", "Σ", "😀", "\ud800", "\udc00") }),
    );
    fc.assert(
      fc.property(
        fc.array(text),
        fc.boolean(),
        fc.constantFrom(1, 7, 1 << 18),
        (texts, toLowercase, numFeatures) => {
          const stages: Transformer[] = [
            { stage: "RegexTokenizer", inputCol: "t", outputCol: "c", pattern: "", toLowercase },
            { stage: "NGram", inputCol: "c", outputCol: "b" },
            { stage: "HashingTF", inputCol: "b", outputCol: "f", numFeatures },
          ];
          const input = new Map([["t", texts]]);
          const all = runPipeline(stages, input).get("f");
          const alone = runPipeline(stages, input, { outputs: ["f"] });
          assert.deepEqual([...alone.keys()], ["f"]);
          assert.deepEqual(alone.get("f"), all);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("says what is wrong with its columns", () => {
    const input = new Map<string, DataColumn>([
      ["title", ["a", null]],
      ["words", tokenColumn([["a"]])],
      ["sets", setColumn([[1]])],
    ]);
    const tokenizer = (inputCol: string, outputCol: string): Transformer => ({
      stage: "Tokenizer",
      inputCol,
      outputCol,
    });
    const said = (stages: readonly Transformer[], outputs?: readonly string[]) => {
      try {
        runPipeline(stages, input, outputs === undefined ? {} : { outputs });
        return "nothing";
      } catch (error) {
        return error instanceof MatchingError ? error.message : String(error);
      }
    };
    assert.deepEqual(
      [
        said([tokenizer("titel", "x")]),
        said([tokenizer("title", "words")]),
        said([tokenizer("words", "x")]),
        said([{ stage: "NGram", inputCol: "sets", outputCol: "x" }]),
        said([tokenizer("title", "x")]),
        said([tokenizer("title", "x")], ["y"]),
        said([{ stage: "NGram", inputCol: "words", outputCol: "x", n: 0 }]),
        said([{ stage: "HashingTF", inputCol: "words", outputCol: "x", numFeatures: 0 }]),
        said([{ stage: "StopWordsRemover", inputCol: "words", outputCol: "x", locale: "english please" }]),
      ],
      [
        "Tokenizer: there is no column 'titel', but title, words, sets.",
        "Tokenizer: the output column 'words' already exists. Choose another name.",
        "Tokenizer: the column 'words' isn't one of texts.",
        "NGram: the column 'sets' isn't one of token lists.",
        'Tokenizer: the text of row 1 is null. Spark fails here too. Leave such rows out before, or replace null by "".',
        "No stage of the pipeline adds the column 'y' that is wanted.",
        "NGram: n is 0. It must be 1 or more.",
        "HashingTF: numFeatures is 0. It must be from 1 to 2147483647.",
        'StopWordsRemover: Spark has no locale "english please". Give a language, such as "en", or with a country "de_DE".',
      ],
    );
  });
});

function look(column: DataColumn): unknown {
  if (!("offsets" in column)) return column;
  if ("counts" in column) return [...column.counts];
  return "tokens" in column ? tokenRows(column) : setRows(column);
}
