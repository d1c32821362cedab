import type * as DuckDb from "@duckdb/node-api";

export type Api = typeof DuckDb;

/**
 * Loads the engine, a tenth of a second of work: once in a thread, when it is first used, or before that where it will
 * be.
 */
export async function loadDuckDb(): Promise<Api> {
  // CommonJS: bundled or not, its exports are the default, which TypeScript takes for another module.
  return (await import("@duckdb/node-api")).default as unknown as Api;
}
