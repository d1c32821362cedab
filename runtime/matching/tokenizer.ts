import { replaceLoneSurrogates, type StringColumn, type TokenColumn, textOf } from "./columns.ts";
import { toLowerCase } from "./lower-case.ts";

/**
 * Spark's Tokenizer: lower case, split on each of Java's `\s` (space, tab, line feed, vertical tab, form feed,
 * carriage return). Leading and inner empty tokens stay, trailing ones go; `""` gives `[""]`.
 * @throws {MatchingError} for a null.
 */
export function tokenize(texts: StringColumn): TokenColumn {
  const offsets = new Uint32Array(texts.length + 1);
  const tokens: string[] = [];
  for (let row = 0; row < texts.length; row++) {
    split(toLowerCase(textOf("Tokenizer", texts, row)), tokens);
    offsets[row + 1] = tokens.length;
  }
  return { offsets, tokens };
}

function split(text: string, tokens: string[]): void {
  const before = tokens.length;
  let start = 0;
  let surrogates = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)) {
      tokens.push(text.slice(start, at));
      start = at + 1;
    } else if (unit >= 0xd800 && unit <= 0xdfff) {
      surrogates = true;
    }
  }
  tokens.push(start === 0 ? text : text.slice(start));
  if (start > 0) while (tokens.length > before && tokens[tokens.length - 1] === "") tokens.pop();
  if (surrogates) {
    for (let at = before; at < tokens.length; at++) tokens[at] = replaceLoneSurrogates(tokens[at] ?? "");
  }
}
