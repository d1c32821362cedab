import type { Relation } from "./plan-messages.ts";
import { readPath } from "./server-path.ts";

/** The relation that reads Parquet. @param schema in Spark's SQL; undefined for that of the files */
export function parquetRelation(paths: readonly string[], schema: string | undefined): Relation {
  const source = {
    format: "parquet",
    paths: paths.map(readPath),
    ...(schema === undefined ? {} : { schema }),
  };
  return { relType: { case: "read", value: { readType: { case: "dataSource", value: source } } } };
}
