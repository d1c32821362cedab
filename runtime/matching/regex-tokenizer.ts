import { replaceLoneSurrogates, type StringColumn, type TokenColumn, textOf } from "./columns.ts";
import { JavaPattern } from "./java-pattern.ts";
import { toLowerCase } from "./lower-case.ts";

export interface RegexTokenizerOptions {
  /** A Java regular expression, as far as `JavaPattern` can read it. Default `\s+`. */
  readonly pattern?: string;
  /** Whether the pattern finds what is between tokens (default) or the tokens. */
  readonly gaps?: boolean;
  /** In UTF-16 code units; default 1. Shorter tokens are left out. */
  readonly minTokenLength?: number;
  /** Lower case first; default true. */
  readonly toLowercase?: boolean;
}

/**
 * Spark's RegexTokenizer. The pattern `""` gives one token for each UTF-16 code unit, spaces too; the halves
 * of a character beyond U+FFFF become `?` each, since Spark can't hold them.
 * @throws {MatchingError} for a null, and for a pattern that isn't the same in Java and JavaScript.
 */
export function regexTokenize(texts: StringColumn, options: RegexTokenizerOptions = {}): TokenColumn {
  const { pattern = "\\s+", gaps = true, minTokenLength = 1, toLowercase = true } = options;
  const emit =
    pattern === "" && gaps
      ? codeUnits
      : gaps
        ? splitter(new JavaPattern(pattern))
        : finder(new JavaPattern(pattern));
  const offsets = new Uint32Array(texts.length + 1);
  const tokens: string[] = [];
  for (let row = 0; row < texts.length; row++) {
    const given = textOf("RegexTokenizer", texts, row);
    const before = tokens.length;
    emit(toLowercase ? toLowerCase(given) : given, tokens);
    dropShorter(tokens, before, minTokenLength);
    offsets[row + 1] = tokens.length;
  }
  return { offsets, tokens };
}

type Emit = (text: string, tokens: string[]) => void;

/** The token that a code unit makes by itself. */
export function codeUnitToken(unit: number): string {
  return unit >= 0xd800 && unit <= 0xdfff ? "?" : String.fromCharCode(unit);
}

function codeUnits(text: string, tokens: string[]): void {
  if (text === "") tokens.push("");
  for (let at = 0; at < text.length; at++) tokens.push(codeUnitToken(text.charCodeAt(at)));
}

/** java.util.regex.Pattern.split(text): no empty token before a match of no length at the start, none at the end. */
function splitter(pattern: JavaPattern): Emit {
  return (given, tokens) => {
    const text = replaceLoneSurrogates(given);
    const before = tokens.length;
    let start = 0;
    pattern.forEachMatch(text, (from, to) => {
      if (to === 0) return;
      tokens.push(replaceLoneSurrogates(text.slice(start, from)));
      start = to;
    });
    tokens.push(replaceLoneSurrogates(text.slice(start)));
    if (start > 0) while (tokens.length > before && tokens[tokens.length - 1] === "") tokens.pop();
  };
}

function finder(pattern: JavaPattern): Emit {
  return (given, tokens) => {
    const text = replaceLoneSurrogates(given);
    pattern.forEachMatch(text, (from, to) => {
      tokens.push(replaceLoneSurrogates(text.slice(from, to)));
    });
  };
}

function dropShorter(tokens: string[], from: number, minLength: number): void {
  if (minLength <= 0) return;
  let kept = from;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    if (token.length >= minLength) tokens[kept++] = token;
  }
  tokens.length = kept;
}
