import { log } from "../authoring/log.ts";
import { dialectHints } from "./dialect-hints.ts";
import type { Column } from "./session.ts";
import { excerpt, sourceOffset } from "./sql-excerpt.ts";
import { inputMark } from "./sql-input.ts";
import { type SqlWriting, sqlTokens } from "./sql-tokens.ts";

/** What has been told in this process. */
const told = new Set<string>();
const mostTold = 1_000;

/**
 * Tells the run's log, once, where a query uses what the other engine takes otherwise.
 * @param columns of the tables that stand in it.
 */
export function warnOfDialect(
  texts: readonly string[],
  writing: SqlWriting,
  columns: readonly Column[],
): void {
  const source = texts.join(inputMark);
  for (const { token, what, does = "gives other values on the other engine", instead } of dialectHints(
    sqlTokens(texts, writing),
    columns,
  )) {
    const key = `${token.part}:${token.start}:${source}`;
    if (told.has(key)) continue;
    if (told.size >= mostTold) told.clear();
    told.add(key);
    const before = texts.slice(0, token.part).reduce((sum, text) => sum + text.length, 0) + token.start;
    const parts = texts.flatMap((text, i) => (i === 0 ? [text] : ["", text]));
    log.warn(
      `SQL: ${what} ${does}. Where the flow is to run on both, write ${instead}.\n${excerpt(source, sourceOffset(before, texts, parts))}`,
    );
  }
}
