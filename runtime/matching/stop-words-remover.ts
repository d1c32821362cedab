import type { TokenColumn } from "./columns.ts";
import { englishStopWords } from "./english-stop-words.ts";
import { toLowerCase } from "./lower-case.ts";
import { MatchingError } from "./matching-error.ts";

export interface StopWordsOptions {
  /** Default: Spark's English words. */
  readonly stopWords?: readonly string[];
  /** Default false. */
  readonly caseSensitive?: boolean;
  /**
   * Whose lower case it is, where case doesn't matter: `tr` and `az` (dotless i) and `lt` differ from all
   * others. Spark takes the JVM's; the default here is that of no language.
   */
  readonly locale?: string;
}

/**
 * Spark's StopWordsRemover: leaves out the tokens that are stop words.
 * @throws {MatchingError} for a locale that isn't one.
 */
export function removeStopWords(column: TokenColumn, options: StopWordsOptions = {}): TokenColumn {
  const { stopWords = englishStopWords, caseSensitive = false } = options;
  const locale = languageTag(options.locale);
  const fold = caseSensitive ? (token: string) => token : (token: string) => toLowerCase(token, locale);
  const dropped = new Set(stopWords.map(fold));
  const offsets = new Uint32Array(column.offsets.length);
  const tokens: string[] = [];
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = column.offsets[row + 1] ?? 0;
    for (let at = column.offsets[row] ?? 0; at < end; at++) {
      const token = column.tokens[at] ?? "";
      if (!dropped.has(fold(token))) tokens.push(token);
    }
    offsets[row + 1] = tokens.length;
  }
  return { offsets, tokens };
}

/** A language tag; Java's locales have `_` in place of its `-`. */
function languageTag(locale: string | undefined): string | undefined {
  if (locale === undefined) return undefined;
  try {
    return Intl.getCanonicalLocales(locale.replaceAll("_", "-"))[0];
  } catch {
    throw new MatchingError(
      `StopWordsRemover: ${JSON.stringify(locale)} isn't a locale. Give a language's code, such as "en" or "tr_TR".`,
    );
  }
}
