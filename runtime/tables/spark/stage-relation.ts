import { outputsOf, type Transformer } from "../../matching/stages.ts";
import { project } from "./plan.ts";
import type { Literal, Relation } from "./plan-messages.ts";
import { named, text } from "./spark-types.ts";

/** The stages over a relation: Spark ML's own, and `concat_ws`. @returns the wanted columns. */
export function stagesRelation(
  input: Relation,
  columns: readonly string[],
  stages: readonly Transformer[],
  keep: readonly string[] | undefined,
): Relation {
  const outputs = stages.flatMap(outputsOf);
  const all = stages.reduce<{ relation: Relation; columns: readonly string[] }>(
    (before, stage) => ({
      relation: stageRelation(before.relation, before.columns, stage),
      columns: [...before.columns, ...outputsOf(stage)],
    }),
    { relation: input, columns },
  );
  const kept = outputs.filter((output) => keep === undefined || keep.includes(output));
  return project(all.relation, [...columns, ...kept].map(named));
}

function stageRelation(input: Relation, columns: readonly string[], stage: Transformer): Relation {
  const columnParams: Record<string, Literal> =
    "inputCols" in stage
      ? { inputCols: strings(stage.inputCols), outputCols: strings(stage.outputCols) }
      : { inputCol: string(stage.inputCol), outputCol: string(stage.outputCol) };
  const ml = (name: string, params: Record<string, Literal> = {}) =>
    transformer(input, name, { ...columnParams, ...params });
  switch (stage.stage) {
    case "Tokenizer":
      return ml("Tokenizer");
    case "RegexTokenizer":
      return ml("RegexTokenizer", {
        ...given("pattern", stage.pattern, string),
        ...given("gaps", stage.gaps, boolean),
        ...given("minTokenLength", stage.minTokenLength, integer),
        ...given("toLowercase", stage.toLowercase, boolean),
      });
    case "StopWordsRemover":
      return ml("StopWordsRemover", {
        ...given("stopWords", stage.stopWords, strings),
        ...given("caseSensitive", stage.caseSensitive, boolean),
        // Otherwise it would be that of the server's machine.
        locale: string(stage.locale ?? "en_US"),
      });
    case "ConcatWs":
      return project(input, [
        ...columns.map(named),
        `concat_ws(${text(stage.separator)}, ${named(stage.inputCol)}) AS ${named(stage.outputCol)}`,
      ]);
    case "NGram":
      return ml("NGram", given("n", stage.n, integer));
    case "HashingTF": {
      const { outputCol, countsCol } = stage;
      const hashed = ml("HashingTF", {
        ...given("numFeatures", stage.numFeatures, integer),
        ...given("binary", stage.binary, boolean),
      });
      // A vector has no fields in SQL, but JSON has them.
      const json = `to_json(named_struct('v', ${named(outputCol)}))`;
      const vector = `from_json(${json}, 'v STRUCT<indices: ARRAY<INT>, values: ARRAY<DOUBLE>>').v`;
      const counts = countsCol === undefined ? [] : [`${vector}.values AS ${named(countsCol)}`];
      return project(hashed, [...columns.map(named), `${vector}.indices AS ${named(outputCol)}`, ...counts]);
    }
  }
}

function transformer(input: Relation, name: string, params: Record<string, Literal>): Relation {
  const operator = { name: `org.apache.spark.ml.feature.${name}`, uid: `millrace_${name}`, type: 2 };
  return {
    relType: {
      case: "mlRelation",
      value: {
        mlType: {
          case: "transform",
          value: { operator: { case: "transformer", value: operator }, input, params: { params } },
        },
      },
    },
  };
}

/** A parameter, unless it is left to Spark's default. */
function given<T>(
  name: string,
  value: T | undefined,
  literal: (value: T) => Literal,
): Record<string, Literal> {
  return value === undefined ? {} : { [name]: literal(value) };
}

function string(value: string): Literal {
  return { literalType: { case: "string", value } };
}

function boolean(value: boolean): Literal {
  return { literalType: { case: "boolean", value } };
}

function integer(value: number): Literal {
  return { literalType: { case: "integer", value } };
}

function strings(values: readonly string[]): Literal {
  return {
    literalType: {
      case: "array",
      value: { elementType: { kind: { case: "string", value: {} } }, elements: values.map(string) },
    },
  };
}
