import type { Comparison, Measure } from "../../matching/exact-join/measure.ts";
import type { ExactMethod, MinHashParams, SimilarityJoinOptions } from "../../matching/stages.ts";
import { hashPrime, wrongFeatures } from "../check-matching.ts";
import { freshName, project, withTables } from "./plan.ts";
import type { Command, Literal, Relation } from "./plan-messages.ts";
import { named, text } from "./spark-types.ts";

type Join = Omit<SimilarityJoinOptions, "method">;

/**
 * A side of a join: rows with features, each with a key that tells it from its like, in the table's order. Keys
 * hold once the rows have been computed.
 */
export function sideRelation(
  table: Relation,
  id: string,
  featuresCol: string,
  method: SimilarityJoinOptions["method"]["name"],
): Relation {
  const name = freshName();
  const f = named(featuresCol);
  const largest = method === "minhash" ? hashPrime - 1 : 2 ** 31 - 1;
  // The error's text is whole but for the row's id and what is wrong, which only the server knows.
  const [before = "", between = "", after = ""] = wrongFeatures(id, "\0", featuresCol, "\0").message.split(
    "\0",
  );
  const wrong = `filter(${f}, x -> x IS NULL OR x < 0 OR x > ${largest})`;
  const what = `coalesce('a list with ' || element_at(${wrong}, 1) || ' in it', 'a list with a null in it')`;
  const refused = `raise_error(concat(${text(before)}, CAST(${named(id)} AS STRING), ${text(between)}, ${what}, ${text(after)}))`;
  const query = `
    SELECT monotonically_increasing_id() AS k, id, f, size(f) AS n
    FROM (SELECT ${named(id)} AS id,
        CASE WHEN size(${wrong}) > 0 THEN ${refused} ELSE sort_array(array_distinct(${f})) END AS f FROM ${name})
    WHERE size(f) > 0`;
  return withTables({ query }, [[name, table]]);
}

/**
 * Exact pairs by SQL: two sets can only be near if they share one of their rarest indices, as many as the
 * distance leaves room for (the prefix filter of AllPairs; Mann, Augsten and Bouros, PVLDB 2016), and if their
 * sizes are near. Bounds give way to rounding, the distance itself is that of the embedded engine.
 */
export function exactJoin(
  left: Relation,
  right: Relation,
  join: Join,
  { measure = "jaccard", comparison = ">" }: Omit<ExactMethod, "name">,
): Relation {
  const [l, r] = [freshName(), freshName()];
  const { maxDistance } = join;
  const { leftShare, rightShare, distance } = measureSql(measure, 1 - maxDistance);
  const prefix = (side: string, share: string) => `
      SELECT k, n, explode(slice(transform(array_sort(collect_list(struct(c, t))), x -> x.t), 1,
        CAST(n - greatest(1, ceil(${share} * n - 1e-6D)) + 1 AS INT))) AS t
      FROM (SELECT k, n, explode(f) AS t FROM ${side}) JOIN counts USING (t) GROUP BY k, n`;
  // Nearer than 1 is all that shares an index: then whole sets meet, and how often says how much they share.
  const pairs =
    maxDistance >= 1
      ? `
    pairs AS (
      SELECT a.k AS lk, b.k AS rk, CAST(count(*) AS INT) AS o
      FROM (SELECT k, explode(f) AS t FROM ${l}) a JOIN (SELECT k, explode(f) AS t FROM ${r}) b ON a.t = b.t
      GROUP BY a.k, b.k)`
      : `
    counts AS (
      SELECT t, count(*) AS c
      FROM (SELECT explode(f) AS t FROM ${l} UNION ALL SELECT explode(f) AS t FROM ${r}) GROUP BY t),
    candidates AS (
      SELECT DISTINCT a.k AS lk, b.k AS rk
      FROM (${prefix(l, leftShare)}) a JOIN (${prefix(r, rightShare)}) b ON a.t = b.t
      WHERE b.n >= ${leftShare} * a.n - 1e-6D AND a.n >= ${rightShare} * b.n - 1e-6D),
    pairs AS (
      SELECT lk, rk, size(array_intersect(a.f, b.f)) AS o
      FROM candidates JOIN ${l} a ON a.k = lk JOIN ${r} b ON b.k = rk)`;
  const query = `
    WITH ${pairs},
    d AS (
      SELECT lk, rk, a.id AS lid, b.id AS rid, ${distance} AS d
      FROM pairs JOIN ${l} a ON a.k = lk JOIN ${r} b ON b.k = rk)
    ${pairsSql("d", join, measure, comparison)}`;
  return withTables({ query }, [
    [l, left],
    [r, right],
  ]);
}

/**
 * Of each side how large a share of a set the other set has to have at least, and the distance of a pair that shares `o`.
 * Cosine: from `o >= s * sqrt(n * m)` and `o <= m` follows `o >= s * s * n`.
 */
function measureSql(
  measure: Measure,
  similarity: number,
): { readonly leftShare: string; readonly rightShare: string; readonly distance: string } {
  const share = (value: number) => `${value.toFixed(12)}D`;
  switch (measure) {
    case "jaccard":
      return {
        leftShare: share(similarity),
        rightShare: share(similarity),
        distance: "1D - CAST(o AS DOUBLE) / (a.n + b.n - o)",
      };
    case "cosine":
      return {
        leftShare: share(similarity ** 2),
        rightShare: share(similarity ** 2),
        distance: "1D - CAST(o AS DOUBLE) / sqrt(CAST(a.n AS DOUBLE) * b.n)",
      };
    case "containment":
      return {
        leftShare: share(similarity),
        rightShare: share(0),
        distance: "1D - CAST(o AS DOUBLE) / a.n",
      };
  }
}

/** Fits Spark's MinHashLSH. It draws its functions from the seed alone, and looks at no more than one vector. */
export function fitMinHash({ numHashTables, seed }: MinHashParams): Command {
  const params: Record<string, Literal> = {
    inputCol: { literalType: { case: "string", value: "v" } },
    outputCol: { literalType: { case: "string", value: "h" } },
    numHashTables: { literalType: { case: "integer", value: numHashTables } },
    seed: { literalType: { case: "long", value: BigInt(seed) } },
  };
  const dataset = withTables({ query: `SELECT ${vectorSql("array(0)")} AS v` }, []);
  return {
    commandType: {
      case: "mlCommand",
      value: {
        command: {
          case: "fit",
          value: {
            estimator: {
              name: "org.apache.spark.ml.feature.MinHashLSH",
              uid: "millrace_MinHashLSH",
              type: 1,
            },
            params: { params },
            dataset,
          },
        },
      },
    },
  };
}

export function deleteModel(id: string): Command {
  return {
    commandType: {
      case: "mlCommand",
      value: { command: { case: "delete", value: { objRefs: [{ id }] } } },
    },
  };
}

export function removeComputed(kept: Relation): Command {
  const relation = kept.relType?.case === "cachedRemoteRelation" ? kept.relType.value : {};
  return { commandType: { case: "removeCachedRemoteRelationCommand", value: { relation } } };
}

/** A side as {@link minHashJoin} takes it: sets as Spark ML's vectors. */
export function vectorSide(side: Relation): Relation {
  return project(side, ["k", "id", `${vectorSql("f")} AS v`]);
}

/** Spark's approxSimilarityJoin by a fitted model, of sides with vectors. */
export function minHashJoin(model: string, left: Relation, right: Relation, join: Join): Relation {
  const input = (relation: Relation) => ({ argsType: { case: "input" as const, value: relation } });
  const param = (literalType: Literal["literalType"] & object) => ({
    argsType: { case: "param" as const, value: { literalType } },
  });
  const joined: Relation = {
    relType: {
      case: "mlRelation",
      value: {
        mlType: {
          case: "fetch",
          value: {
            objRef: { id: model },
            methods: [
              {
                method: "approxSimilarityJoin",
                args: [
                  input(left),
                  input(right),
                  param({ case: "double", value: join.maxDistance }),
                  param({ case: "string", value: "d" }),
                ],
              },
            ],
          },
        },
      },
    },
  };
  const name = freshName();
  const query = `
    WITH d AS (
      SELECT datasetA.k AS lk, datasetA.id AS lid, datasetB.k AS rk, datasetB.id AS rid, d FROM ${name})
    ${pairsSql("d", join)}`;
  return withTables({ query }, [[name, joined]]);
}

function pairsSql(
  pairs: string,
  { leftId, rightId, maxDistance, nearestOnly = false }: Join,
  measure: Measure = "jaccard",
  comparison: Comparison = ">",
): string {
  const kept = { ">": "<", ">=": "<=", "=": "=" }[comparison];
  const near = `SELECT * FROM ${pairs} WHERE d ${kept} ${maxDistance}D`;
  const chosen = nearestOnly
    ? `SELECT * FROM (SELECT *, min(d) OVER (PARTITION BY lk) AS smallest FROM (${near})) WHERE d = smallest`
    : near;
  return `
    SELECT lid AS ${named(leftId)}, rid AS ${named(rightId)}, d AS ${named(`${measure}Dist`)}
    FROM (${chosen})`;
}

const vectorSchema = JSON.stringify({
  type: "struct",
  fields: [
    {
      name: "v",
      nullable: true,
      metadata: {},
      type: {
        type: "udt",
        class: "org.apache.spark.ml.linalg.VectorUDT",
        pyClass: "pyspark.ml.linalg.VectorUDT",
        sqlType: {
          type: "struct",
          fields: [
            { name: "type", type: "byte", nullable: false, metadata: {} },
            { name: "size", type: "integer", nullable: true, metadata: {} },
            {
              name: "indices",
              type: { type: "array", elementType: "integer", containsNull: false },
              nullable: true,
              metadata: {},
            },
            {
              name: "values",
              type: { type: "array", elementType: "double", containsNull: false },
              nullable: true,
              metadata: {},
            },
          ],
        },
      },
    },
  ],
});

/** Spark ML's vector of a set of indices. SQL can't make one, but read it from JSON. */
function vectorSql(indices: string): string {
  const fields = `'type', 0Y, 'size', ${hashPrime}, 'indices', ${indices}, 'values', array_repeat(1D, size(${indices}))`;
  return `from_json(to_json(named_struct('v', named_struct(${fields}))), ${text(vectorSchema)}).v`;
}
