import type { MinHashParams, SimilarityJoinOptions } from "../../matching/stages.ts";
import { freshName, withTables } from "./plan.ts";
import type { Command, Literal, Relation } from "./plan-messages.ts";
import { named, text } from "./spark-types.ts";

type Join = Omit<SimilarityJoinOptions, "method">;

/**
 * Exact pairs by SQL: two sets can only be near if they share one of their rarest indices, as many as the
 * distance leaves room for (the prefix filter of AllPairs; Mann, Augsten and Bouros, PVLDB 2016), and if their
 * sizes are near. Bounds give way to rounding, the distance itself is that of the embedded engine.
 */
export function exactJoin(left: Relation, right: Relation, join: Join): Relation {
  const [l, r] = [freshName(), freshName()];
  const { maxDistance, featuresCol } = join;
  const share = `${(1 - maxDistance).toFixed(12)}D`;
  const prefix = (side: string) => `
    SELECT id, f, c, t FROM (
      SELECT s.id, s.f, s.c, s.t, row_number() OVER (PARTITION BY s.id, s.f ORDER BY n.n, s.t) AS k
      FROM (SELECT id, f, c, explode(f) AS t FROM ${side}) s JOIN n ON n.t = s.t)
    WHERE k <= size(f) - greatest(1, CAST(ceil(${share} * size(f) - 1e-6D) AS INT)) + 1`;
  const sql = `
    WITH l AS (${sideSql(l, join.leftId, featuresCol)}), r AS (${sideSql(r, join.rightId, featuresCol)}),
    n AS (SELECT t, count(*) AS n FROM (SELECT explode(f) AS t FROM l UNION ALL SELECT explode(f) AS t FROM r) GROUP BY t),
    lp AS (${prefix("l")}), rp AS (${prefix("r")}),
    p AS (
      SELECT DISTINCT lp.id AS lid, lp.f AS lf, lp.c AS lc, rp.id AS rid, rp.f AS rf, rp.c AS rc
      FROM lp JOIN rp ON lp.t = rp.t
      WHERE size(rp.f) >= ${share} * size(lp.f) - 1e-6D AND size(lp.f) >= ${share} * size(rp.f) - 1e-6D),
    s AS (SELECT *, size(array_intersect(lf, rf)) AS o FROM p),
    d AS (SELECT lid, lf, lc, rid, rc, 1D - CAST(o AS DOUBLE) / (size(lf) + size(rf) - o) AS d FROM s)
    ${pairsSql("d", join)}`;
  return withTables({ query: sql }, [
    [l, left],
    [r, right],
  ]);
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

/** Spark's approxSimilarityJoin by a fitted model. */
export function minHashJoin(model: string, left: Relation, right: Relation, join: Join): Relation {
  const side = (relation: Relation, id: string): Relation => {
    const name = freshName();
    const query = `SELECT id, f, c, ${vectorSql("f")} AS v FROM (${sideSql(name, id, join.featuresCol)})`;
    return withTables({ query }, [[name, relation]]);
  };
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
                  input(side(left, join.leftId)),
                  input(side(right, join.rightId)),
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
      SELECT datasetA.id AS lid, datasetA.f AS lf, datasetA.c AS lc, datasetB.id AS rid, datasetB.c AS rc, d FROM ${name})
    ${pairsSql("d", join)}`;
  return withTables({ query }, [[name, joined]]);
}

/** Rows with features, those that are alike once, with their number: Spark's own join takes them for one. */
function sideSql(table: string, id: string, featuresCol: string): string {
  return `
      SELECT id, f, count(*) AS c
      FROM (SELECT ${named(id)} AS id, array_sort(array_distinct(${named(featuresCol)})) AS f FROM ${table})
      WHERE size(f) > 0 GROUP BY id, f`;
}

function pairsSql(pairs: string, { leftId, rightId, maxDistance, nearestOnly = false }: Join): string {
  const nearest = nearestOnly ? ", min(d) OVER (PARTITION BY lid, lf) AS smallest" : ", d AS smallest";
  return `
    SELECT lid AS ${named(leftId)}, rid AS ${named(rightId)}, d AS ${named("jaccardDist")}
    FROM (SELECT *${nearest} FROM ${pairs} WHERE d < ${maxDistance}D)
    LATERAL VIEW explode(sequence(1L, lc * rc)) AS copy
    WHERE d = smallest
    ORDER BY lid, rid`;
}

/** The largest that MinHashLSH takes. */
const vectorSize = 2_038_074_743;

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
  const fields = `'type', 0Y, 'size', ${vectorSize}, 'indices', ${indices}, 'values', transform(${indices}, i -> 1D)`;
  return `from_json(to_json(named_struct('v', named_struct(${fields}))), ${text(vectorSchema)}).v`;
}
