import type { TokenColumn } from "./columns.ts";
import { isJavaLocale } from "./java-locales.ts";
import { toLowerCase } from "./lower-case.ts";
import { MatchingError } from "./matching-error.ts";
import { englishStopWords } from "./stop-words.ts";

export interface StopWordsOptions {
  /** Default: Spark's English words; `loadDefaultStopWords` has those of other languages. */
  readonly stopWords?: readonly string[];
  /** Default false. */
  readonly caseSensitive?: boolean;
  /**
   * Whose lower case it is, where case doesn't matter: one of Java's locales, such as `en_US`. Only `tr`, `az` (dotless i)
   * and `lt` differ from all others, and only by these names: Spark takes the whole name for a language, so that
   * `tr_TR` is none of them. Spark's default is the JVM's; the default here is that of no language.
   */
  readonly locale?: string;
}

/**
 * Spark's StopWordsRemover: leaves out the tokens that are stop words.
 * @throws {MatchingError} for a locale that isn't one.
 */
export function removeStopWords(column: TokenColumn, options: StopWordsOptions = {}): TokenColumn {
  const { stopWords = englishStopWords, caseSensitive = false } = options;
  const locale = languageOf(options.locale);
  const fold = caseSensitive ? (token: string) => token : (token: string) => toLowerCase(token, locale);
  const dropped = new Set(stopWords.map(fold));
  const offsets = new Uint32Array(column.offsets.length);
  const tokens: (string | null)[] = [];
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = column.offsets[row + 1]!;
    for (let at = column.offsets[row]!; at < end; at++) {
      const token = column.tokens[at] ?? null;
      if (token === null || !dropped.has(fold(token))) tokens.push(token);
    }
    offsets[row + 1] = tokens.length;
  }
  return { offsets, tokens };
}

/** The language whose lower case is special, if the locale names one. */
function languageOf(locale: string | undefined): string | undefined {
  if (locale === undefined) return undefined;
  const problem = localeProblem(locale);
  if (problem !== undefined) throw new MatchingError(`StopWordsRemover: ${problem}`);
  return ["tr", "az", "lt"].includes(locale) ? locale : undefined;
}

/** What is wrong with a locale, with one that would do. */
export function localeProblem(locale: string): string | undefined {
  if (isJavaLocale(locale)) return undefined;
  const [language = "", ...rest] = locale.split(/[-_]/);
  const written = [language.toLowerCase(), ...rest.map((part) => part.toUpperCase())].join("_");
  const near = [written, language.toLowerCase()].find((name) => name !== "" && isJavaLocale(name));
  const advice =
    near === undefined || rest.length + language.length < 2
      ? 'Give a language, such as "en", or with a country "de_DE".'
      : `Is it ${JSON.stringify(near)}?`;
  return `Spark has no locale ${JSON.stringify(locale)}. ${advice}`;
}
