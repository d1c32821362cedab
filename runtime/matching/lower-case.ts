import { unassignedInJava } from "./java-unicode.ts";
import { JavaWords } from "./java-words.ts";

/**
 * Java 17's `String.toLowerCase` in the root locale, or in that of a language. JavaScript's is the same but for letters
 * that Unicode got after version 13, which Java 17 leaves as they are, and for the end of a word, where a capital sigma
 * becomes ς: Unicode (and JavaScript) looks past the characters that it calls case-ignorable, Java
 * (`ConditionalSpecialCasing.isFinalCased`) at what its BreakIterator takes for a word.
 */
export function toLowerCase(text: string, locale?: string): string {
  const lower = locale === undefined ? text.toLowerCase() : text.toLocaleLowerCase(locale);
  // Most tokens are in lower case already, which costs less to see than to look for what differs.
  if (lower === text || !maybeOther.test(text)) return lower;
  return javaLowerCase(text, locale);
}

/** Sigma, or a character beyond the oldest that Unicode had for long. */
const maybeOther = /[\u03a3\u1c80-\uffff]/;
let newer: RegExp | undefined;

function javaLowerCase(text: string, locale: string | undefined): string {
  newer ??= new RegExp(`[${unassignedInJava}\\ue000\\u{f0000}]`, "gu");
  // Characters for private use stand for those that Java doesn't know: it treats them alike.
  const hidden = text.match(newer) ?? [];
  const known = text.replace(newer, (character) => (character.length === 1 ? "\ue000" : "\u{f0000}"));
  const lower = locale === undefined ? known.toLowerCase() : known.toLocaleLowerCase(locale);
  const withSigmas = known.includes("\u03a3") ? withJavaSigmas(known, lower) : lower;
  if (hidden.length === 0) return withSigmas;
  let next = 0;
  return withSigmas.replace(/[\ue000\u{f0000}]/gu, (character) => hidden[next++] ?? character);
}

function withJavaSigmas(text: string, lower: string): string {
  // Lower case may be longer (İ), so the sigmas are matched by their order.
  const sigmas = [...text.matchAll(/[Σσς]/g)];
  let next = 0;
  return lower.replace(/[σς]/g, (found) => {
    const original = sigmas[next++];
    if (original === undefined || original[0] !== "Σ") return found;
    return isFinal(text, original.index) ? "ς" : "σ";
  });
}

/** Whether a cased letter comes before and none behind, as far as there is no boundary of words. */
function isFinal(text: string, index: number): boolean {
  const words = new JavaWords(text);
  for (let at = index; !words.isBoundary(at); ) {
    const before = pointBefore(text, at);
    if (isCased(before)) return !isCasedBehind(text, index + 1, words);
    at -= lengthOf(before);
  }
  return false;
}

function isCasedBehind(text: string, from: number, words: JavaWords): boolean {
  for (let at = from; at < text.length && !words.isBoundary(at); ) {
    const point = text.codePointAt(at) ?? 0;
    if (isCased(point)) return true;
    at += lengthOf(point);
  }
  return false;
}

function pointBefore(text: string, at: number): number {
  const point = text.codePointAt(at - 2) ?? 0;
  return point > 0xffff ? point : text.charCodeAt(at - 1);
}

function lengthOf(point: number): number {
  return point > 0xffff ? 2 : 1;
}

/** Java's list (ConditionalSpecialCasing.isCased); U+0295 has been a letter without case only since Unicode 15.1. */
const cased =
  /\u0345|[\u0295\p{Lu}\p{Ll}\p{Lt}\u02b0-\u02b8\u02c0\u02c1\u02e0-\u02e4\u037a\u1d2c-\u1d61\u2160-\u217f\u24b6-\u24e9]/u;

function isCased(point: number): boolean {
  return cased.test(String.fromCodePoint(point));
}
