import type { FileHandle, PlanHandle } from "../session.ts";
import { freshName, withPlaces, withTables } from "./plan.ts";
import type { Relation } from "./plan-messages.ts";
import { named, text } from "./spark-types.ts";

/** All that a timestamp has: JSON would have milliseconds. */
const whole = `map('timestampFormat', ${text("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX")}, 'ignoreNullFields', 'false')`;

/** A table that lies in Parquet. */
export type StoredRows = Extract<FileHandle, { kind: "parquet" }>;

/**
 * A relation of one row with the column `digest`: the same for the same rows, wherever they lie and in how many files;
 * of an ordered table for the same rows in the same order.
 * @param relation reads the table's Parquet, or computes a plan's rows, in their order if they have one.
 */
export function rowDigest(
  relation: Relation,
  { kind, columns, ordered = false }: StoredRows | PlanHandle,
): Relation {
  const name = freshName();
  const json = `to_json(struct(${columns.map((column) => named(column.name)).join(", ")}), ${whole})`;
  const half = (start: number) => `sum(CAST(conv(substr(h, ${start}, 15), 16, 10) AS DECIMAL(38, 0)))`;
  const digest = `concat_ws(' ', count(*), ${half(1)}, ${half(16)}) AS digest`;
  if (!ordered)
    return withTables({ query: `SELECT ${digest} FROM (SELECT md5(${json}) AS h FROM ${name})` }, [
      [name, relation],
    ]);
  // Its numbers ascend with the rows, and tell how they are split, too: equal ones are the same rows in the same order.
  if (kind === "plan")
    return withTables(
      {
        query: `SELECT ${digest} FROM (SELECT md5(concat(monotonically_increasing_id(), ' ', ${json})) AS h FROM ${name})`,
      },
      [[name, relation]],
    );
  // A row's number is that of the rows in the files before its own, and its place in that.
  const query = `
    WITH sizes AS (SELECT _millrace_file AS file, count(*) AS size FROM ${name} GROUP BY 1),
      starts AS (SELECT file, sum(size) OVER (ORDER BY length(file), file) - size AS first FROM sizes)
    SELECT ${digest}
    FROM (SELECT md5(concat(first + _millrace_row, ' ', ${json})) AS h
      FROM ${name} JOIN starts ON file = _millrace_file)`;
  return withTables({ query }, [[name, withPlaces(relation)]]);
}
