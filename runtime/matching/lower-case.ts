/**
 * Java's `String.toLowerCase` in the root locale, or in that of a language tag. JavaScript's is the same but for the
 * end of a word, where a capital sigma becomes ς: Unicode (and JavaScript) looks past the characters that it
 * calls case-ignorable, Java at the word that its BreakIterator finds.
 *
 * Letters that Unicode got after the JVM's version (13 in Java 17, 15 in Java 21) have no lower case there.
 */
export function toLowerCase(text: string, locale?: string): string {
  const lower = locale === undefined ? text.toLowerCase() : text.toLocaleLowerCase(locale);
  // Most tokens are in lower case already, which costs less to see than to look for the letter.
  return lower !== text && text.includes("Σ") ? withJavaSigmas(text, lower) : lower;
}

/** Letters with single inner marks such as `'`, `.`, `-` between them, and numbers: what Java keeps together as a word. */
const javaWord =
  /(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{Mn}\p{Me}\p{Cf}]|(?<=\p{L}[\p{Mn}\p{Me}\p{Cf}]*)["'.\u2027\p{Pd}\p{Pc}](?=\p{L}))+/gu;
/** Java's list (ConditionalSpecialCasing.isCased). */
const cased =
  /\u0345|[\p{Lu}\p{Ll}\p{Lt}\u02b0-\u02b8\u02c0\u02c1\u02e0-\u02e4\u037a\u1d2c-\u1d61\u2160-\u217f\u24b6-\u24e9]/u;

function withJavaSigmas(text: string, lower: string): string {
  const ends = new Set<number>();
  for (const match of text.matchAll(javaWord)) {
    const word = match[0];
    for (let at = word.indexOf("Σ"); at >= 0; at = word.indexOf("Σ", at + 1)) {
      if (cased.test(word.slice(0, at)) && !cased.test(word.slice(at + 1))) {
        ends.add(match.index + at);
      }
    }
  }
  // Lower case may be longer (İ), so the sigmas are matched by their order.
  const sigmas = [...text.matchAll(/[Σσς]/g)];
  let next = 0;
  return lower.replace(/[σς]/g, (found) => {
    const original = sigmas[next++];
    if (original === undefined || original[0] !== "Σ") return found;
    return ends.has(original.index) ? "ς" : "σ";
  });
}
