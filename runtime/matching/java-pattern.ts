import { findMatch, type Match } from "./java-pattern-match.ts";
import { compilePattern, type PatternToken } from "./java-pattern-program.ts";
import { MatchingError } from "./matching-error.ts";

/**
 * A Java regular expression. Where nothing but single characters is repeated, JavaScript's engine runs it; groups that are
 * repeated, in which the two differ over empty matches and JavaScript's takes exponential time, are matched here as Java
 * does. What isn't translated is refused: `$`, `\b`, back references, flags, look-behind, possessive quantifiers, named
 * groups, `\Q..\E`, classes within classes. `\p{L}` and the like know the characters of the engine's Unicode version,
 * which is newer than a JVM's.
 */
export class JavaPattern {
  readonly #matcher: (text: string, from: number) => Match | undefined;

  /** @throws {MatchingError} */
  constructor(pattern: string) {
    const tokens = new Translation(pattern).tokens();
    if (repeatsGroups(tokens)) {
      const program = compilePattern(pattern, tokens);
      this.#matcher = (text, from) => findMatch(program, text, from);
    } else {
      this.#matcher = nativeMatcher(pattern, tokens);
    }
  }

  /** Visits the matches as `Matcher.find` finds them; after one of no length it goes on a code unit further. */
  forEachMatch(text: string, visit: (from: number, to: number) => void): void {
    let searchFrom = 0;
    while (searchFrom <= text.length) {
      const match = this.#matcher(text, searchFrom);
      if (match === undefined) return;
      visit(match.from, match.to);
      searchFrom = match.to === match.from ? match.to + 1 : match.to;
    }
  }
}

function nativeMatcher(
  pattern: string,
  tokens: readonly PatternToken[],
): (text: string, from: number) => Match | undefined {
  const whole = compile(pattern, tokens, "^");
  // The same pattern where the text's start lies behind.
  const inside = compile(pattern, tokens, "(?!)");
  return (text, from) => {
    const splitsPair = isHigh(text, from - 1) && isLow(text, from);
    // Within a surrogate pair, where JavaScript would step back to its start.
    const skipped = splitsPair ? from : 0;
    const expression = splitsPair ? inside : whole;
    expression.lastIndex = from - skipped;
    const match = expression.exec(skipped === 0 ? text : text.slice(skipped));
    if (match === null) return undefined;
    return { from: match.index + skipped, to: match.index + skipped + match[0].length };
  };
}

function isHigh(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function compile(pattern: string, tokens: readonly PatternToken[], start: string): RegExp {
  const source = tokens.map((token) => (token.kind === "start" ? start : token.source)).join("");
  try {
    return new RegExp(source, "gu");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MatchingError(`RegexTokenizer: the pattern ${JSON.stringify(pattern)} isn't valid: ${reason}.`);
  }
}

/** Java's predefined and POSIX classes as the inside of a JavaScript class. */
const classes: { readonly [name: string]: string } = {
  d: "0-9",
  w: "A-Za-z0-9_",
  s: "\\t-\\r ",
  h: " \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000",
  v: "\\n-\\r\\x85\\u2028\\u2029",
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\0-\\x7f",
  Alpha: "A-Za-z",
  Digit: "0-9",
  Alnum: "A-Za-z0-9",
  Punct: "!-\\/:-@\\[-`\\{-~",
  Graph: "!-~",
  Print: " -~",
  Blank: " \\t",
  Cntrl: "\\0-\\x1f\\x7f",
  XDigit: "0-9A-Fa-f",
  Space: "\\t-\\r ",
};
const categories = /^(?:Is)?(L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?)$/;
const characters: { readonly [letter: string]: string } = {
  t: "\\t",
  n: "\\n",
  r: "\\r",
  f: "\\f",
  a: "\\x07",
  e: "\\x1b",
};

class Translation {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  tokens(): PatternToken[] {
    const tokens: PatternToken[] = [];
    while (this.#at < this.#pattern.length) tokens.push(this.#next());
    return tokens;
  }

  #next(): PatternToken {
    const character = this.#take();
    switch (character) {
      case "\\":
        if (/^[Az]/.test(this.#rest())) return anchor(this.#take() === "A");
        return { kind: "set", source: this.#escape(false) };
      case "[":
        return { kind: "set", source: this.#class() };
      case ".":
        return { kind: "set", source: "[^\\n\\r\\x85\\u2028\\u2029]" };
      case "^":
        return anchor(true);
      case "$":
        return this.#refuse("$ (in Java it also matches before a last line end; write \\z)");
      case "(": {
        const kind = /^\?(?:[:=!]|<?.?)/u.exec(this.#rest())?.[0] ?? "";
        if (kind !== "" && kind !== "?:" && kind !== "?=" && kind !== "?!") return this.#refuse(`(${kind}`);
        this.#at += kind.length;
        const look = kind === "?=" || kind === "?!" ? { negated: kind === "?!" } : undefined;
        return { kind: "open", source: `(${kind}`, ...(look && { look }) };
      }
      case "*":
      case "+":
      case "?":
      case "{":
        return this.#quantifier(character);
      case "|":
        return { kind: "or", source: "|" };
      case ")":
        return { kind: "close", source: ")" };
      default:
        return { kind: "set", source: literal(character) };
    }
  }

  #quantifier(character: string): PatternToken {
    const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#pattern.slice(this.#at - 1));
    if (character === "{" && counted === null) this.#refuse("{");
    if (counted !== null) this.#at += counted[0].length - 1;
    const lazy = this.#rest().startsWith("?") ? this.#take() : "";
    if (this.#rest().startsWith("+")) this.#refuse("a possessive quantifier");
    const least = Number(counted?.[1] ?? (character === "+" ? 1 : 0));
    const open = counted === null ? character !== "?" : counted[2] === "," && counted[3] === "";
    const most = counted === null ? 1 : Number(counted[3] || counted[1]);
    return {
      kind: "quantifier",
      source: (counted?.[0] ?? character) + lazy,
      least,
      most: open ? Number.POSITIVE_INFINITY : most,
      lazy: lazy !== "",
    };
  }

  #class(): string {
    let source = "[";
    if (this.#rest().startsWith("^")) source += this.#take();
    if (this.#rest().startsWith("]")) this.#refuse("[]");
    for (;;) {
      const character = this.#take();
      if (character === "]") return `${source}]`;
      if (character === "[") this.#refuse("a class within a class");
      if (character === "&" && this.#rest().startsWith("&")) this.#refuse("&&");
      if (character === "") this.#refuse("a class without its ]");
      if (character === "\\") source += this.#escape(true);
      else source += character === "-" ? "-" : literal(character);
    }
  }

  #escape(inClass: boolean): string {
    const letter = this.#take();
    if (letter === "") this.#refuse("a \\ at its end");
    if (letter === "p" || letter === "P") {
      const name = /^(?:\{(\w+)\}|(\w))/.exec(this.#rest());
      const [whole = "", long, short] = name ?? [];
      this.#at += whole.length;
      return this.#property(long ?? short ?? "", letter === "P", inClass);
    }
    if ("dwshv".includes(letter)) return this.#set(classes[letter] ?? "", false, inClass, `\\${letter}`);
    if ("DWSHV".includes(letter)) {
      return this.#set(classes[letter.toLowerCase()] ?? "", true, inClass, `\\${letter}`);
    }
    const code = /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\})/.exec(
      letter + this.#rest(),
    );
    if (code !== null) {
      this.#at += code[0].length - 1;
      const point = Number.parseInt(code[1] ?? code[2] ?? code[3] ?? "", 16);
      if (point >= 0xd800 && point <= 0xdfff) this.#refuse(`a surrogate (\\${code[0]})`);
      return `\\u{${point.toString(16)}}`;
    }
    const known = characters[letter];
    if (known !== undefined) return known;
    if (/[A-Za-z0-9]/.test(letter)) this.#refuse(`\\${letter}`);
    return literal(letter);
  }

  #property(name: string, negated: boolean, inClass: boolean): string {
    const category = categories.exec(name)?.[1];
    if (category !== undefined) return `\\${negated ? "P" : "p"}{${category}}`;
    const posix = name.length > 1 ? classes[name] : undefined;
    if (posix === undefined) this.#refuse(`\\p{${name}}`);
    return this.#set(posix ?? "", negated, inClass, `\\P{${name}}`);
  }

  #set(inside: string, negated: boolean, inClass: boolean, written: string): string {
    if (!inClass) return negated ? `[^${inside}]` : `[${inside}]`;
    if (!negated) return inside;
    if (written === "\\D" || written === "\\W") return written;
    return this.#refuse(`${written} in a class`);
  }

  #rest(): string {
    return this.#pattern.slice(this.#at);
  }

  /** The next code point; "" at the end. */
  #take(): string {
    const point = this.#pattern.codePointAt(this.#at);
    if (point === undefined) return "";
    const character = String.fromCodePoint(point);
    this.#at += character.length;
    return character;
  }

  #refuse(what: string): never {
    throw new MatchingError(
      `RegexTokenizer: the pattern ${JSON.stringify(this.#pattern)} has ${what}, which Java and JavaScript don't match alike, or not at all. Write it without.`,
    );
  }
}

function anchor(start: boolean): PatternToken {
  return start ? { kind: "start", source: "^" } : { kind: "end", source: "$" };
}

/** Whether something is repeated that isn't a single character. */
function repeatsGroups(tokens: readonly PatternToken[]): boolean {
  return tokens.some(
    (token, at) =>
      token.kind === "quantifier" && ["close", "start", "end"].includes(tokens[at - 1]?.kind ?? ""),
  );
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(character) ? `\\u{${character.charCodeAt(0).toString(16)}}` : character;
}
