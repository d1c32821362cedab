import { nearestName } from "../authoring/nearest-name.ts";
import { TableError } from "./table-error.ts";

/**
 * Settings of the engines, by name: `spark.` and what follows are Spark's, `duckdb.` DuckDB's. Each engine takes its own,
 * so that one flow may have those of both.
 */
export type SessionConfig = { readonly [name: string]: string | number | boolean };

/** Settings of each engine, by the engine's own names. */
export interface EngineSettings {
  readonly spark: Readonly<Record<string, string>>;
  readonly duckdb: Readonly<Record<string, string>>;
}

/** Of DuckDB those that say how it works. The others say what SQL means, what it may read, or are the run's own. */
const duckDbSettings = [
  "dynamic_or_filter_threshold",
  "index_scan_max_count",
  "index_scan_percentage",
  "late_materialization_max_rows",
  "max_expression_depth",
  "max_temp_directory_size",
  "merge_join_threshold",
  "nested_loop_join_threshold",
  "ordered_aggregate_threshold",
  "partitioned_write_flush_threshold",
  "partitioned_write_max_open_files",
  "perfect_ht_threshold",
  "pivot_limit",
  "prefer_range_joins",
];

/** Of Spark those that say what SQL means, and would have the same flow give other rows than on the other engine. */
const sparkMeaning =
  /^spark\.sql\.(?:ansi\..*|legacy\..*|session\.timeZone|timestampType|caseSensitive|mapKeyDedupPolicy|storeAssignmentPolicy|groupByOrdinal|orderByOrdinal|groupByAliases|parser\..*|parquet\.(?:outputTimestampType|inferTimestampNTZ\..*|int96.*|binaryAsString|datetimeRebase.*)|execution\.arrow\..*|artifact\..*|sources\.default|files\.ignore.*)$/i;

/**
 * A flow's settings, by engine.
 * @throws {TableError} that names the first that none takes.
 */
export function engineSettings(config: SessionConfig): EngineSettings {
  const spark: Record<string, string> = {};
  const duckdb: Record<string, string> = {};
  for (const [name, value] of Object.entries(config)) {
    const text = valueText(name, value);
    if (name.startsWith("duckdb.")) duckdb[duckDbName(name)] = text;
    else if (sparkMeaning.test(name))
      throw new TableError(
        `openSession: ${name} can't be set: it says what a flow's SQL means or how its rows come, which is the same on every engine.`,
      );
    else if (/^spark\.[\w.-]+$/.test(name)) spark[name] = text;
    else
      throw new TableError(
        `openSession: there is no setting ${JSON.stringify(name)}. Names begin with spark. or duckdb., as in "spark.sql.shuffle.partitions" and "duckdb.max_temp_directory_size".`,
      );
  }
  return { spark, duckdb };
}

function duckDbName(name: string): string {
  const own = name.slice("duckdb.".length).toLowerCase();
  if (duckDbSettings.includes(own)) return own;
  if (/^(?:threads|memory_limit|max_memory|worker_threads)$/.test(own))
    throw new TableError(
      `openSession: ${name} can't be set: a run's threads share the machine. Give the run --threads and --memory.`,
    );
  const hint = nearestName(own, duckDbSettings);
  throw new TableError(
    `openSession: ${name} is no setting that can be set.${hint === undefined ? "" : ` Did you mean "duckdb.${hint}"?`} Those that say how DuckDB works are: ${duckDbSettings.join(", ")}.`,
  );
}

function valueText(name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return String(value);
  throw new TableError(
    `openSession: ${name} is ${String(value)}. A setting is a string, a number or a boolean.`,
  );
}
