import { MatchingError } from "./matching-error.ts";
import { danishWords } from "./stop-words/danish.ts";
import { dutchWords } from "./stop-words/dutch.ts";
import { englishWords } from "./stop-words/english.ts";
import { finnishWords } from "./stop-words/finnish.ts";
import { frenchWords } from "./stop-words/french.ts";
import { germanWords } from "./stop-words/german.ts";
import { hungarianWords } from "./stop-words/hungarian.ts";
import { italianWords } from "./stop-words/italian.ts";
import { norwegianWords } from "./stop-words/norwegian.ts";
import { portugueseWords } from "./stop-words/portuguese.ts";
import { russianWords } from "./stop-words/russian.ts";
import { spanishWords } from "./stop-words/spanish.ts";
import { swedishWords } from "./stop-words/swedish.ts";
import { turkishWords } from "./stop-words/turkish.ts";

/**
 * Spark's lists (`org/apache/spark/ml/feature/stopwords` in its jar, Apache License 2.0), which are those of the Snowball
 * project (BSD license) as PostgreSQL and NLTK have them; the English one was lengthened by NLTK.
 */
const lists = {
  danish: danishWords,
  dutch: dutchWords,
  english: englishWords,
  finnish: finnishWords,
  french: frenchWords,
  german: germanWords,
  hungarian: hungarianWords,
  italian: italianWords,
  norwegian: norwegianWords,
  portuguese: portugueseWords,
  russian: russianWords,
  spanish: spanishWords,
  swedish: swedishWords,
  turkish: turkishWords,
} as const;

/** A language whose stop words Spark has. */
export type StopWordsLanguage = keyof typeof lists;

/**
 * Spark's `StopWordsRemover.loadDefaultStopWords`: a language's stop words, for the stage's `stopWords`.
 * @throws {MatchingError} for another language.
 */
export function loadDefaultStopWords(language: StopWordsLanguage): readonly string[] {
  if (!Object.hasOwn(lists, language)) {
    throw new MatchingError(
      `StopWordsRemover: there are no stop words of ${JSON.stringify(language)}, but of ${Object.keys(lists).join(", ")}.`,
    );
  }
  return lists[language].trim().split(/\s+/);
}

/** Spark's default. */
export const englishStopWords: readonly string[] = loadDefaultStopWords("english");
