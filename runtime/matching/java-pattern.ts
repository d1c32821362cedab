import { MatchingError } from "./matching-error.ts";

/**
 * A Java regular expression, run by JavaScript's engine. What the two write differently is translated, what
 * they would match differently is refused: `$`, `\b`, back references, flags, look-behind, possessive
 * quantifiers, named groups, `\Q..\E`, classes within classes. `\p{L}` and the like know the characters of
 * the engine's Unicode version, which is newer than a JVM's.
 */
export class JavaPattern {
  readonly #expression: RegExp;
  /** The same pattern where the text's start lies behind. */
  readonly #inside: RegExp;

  /** @throws {MatchingError} */
  constructor(pattern: string) {
    this.#expression = compile(pattern, "^");
    this.#inside = compile(pattern, "(?!)");
  }

  /** Visits the matches as `Matcher.find` finds them; after one of no length it goes on a code unit further. */
  forEachMatch(text: string, visit: (from: number, to: number) => void): void {
    let searchFrom = 0;
    while (searchFrom <= text.length) {
      const splitsPair = isHigh(text, searchFrom - 1) && isLow(text, searchFrom);
      // Within a surrogate pair, where JavaScript would step back to its start.
      const skipped = splitsPair ? searchFrom : 0;
      const expression = splitsPair ? this.#inside : this.#expression;
      expression.lastIndex = searchFrom - skipped;
      const match = expression.exec(skipped === 0 ? text : text.slice(skipped));
      if (match === null) return;
      const from = match.index + skipped;
      const to = from + match[0].length;
      visit(from, to);
      searchFrom = to === from ? to + 1 : to;
    }
  }
}

function isHigh(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function compile(pattern: string, start: string): RegExp {
  const source = new Translation(pattern, start).source();
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
  readonly #start: string;
  #at = 0;

  constructor(pattern: string, start: string) {
    this.#pattern = pattern;
    this.#start = start;
  }

  source(): string {
    let source = "";
    while (this.#at < this.#pattern.length) source += this.#next();
    return source;
  }

  #next(): string {
    const character = this.#take();
    switch (character) {
      case "\\":
        return this.#escape(false);
      case "[":
        return this.#class();
      case ".":
        return "[^\\n\\r\\x85\\u2028\\u2029]";
      case "^":
        return this.#start;
      case "$":
        return this.#refuse("$ (in Java it also matches before a last line end; write \\z)");
      case "(": {
        const kind = /^\?(?:[:=!]|<?.?)/u.exec(this.#rest())?.[0] ?? "";
        if (kind !== "" && !["?:", "?=", "?!"].includes(kind)) this.#refuse(`(${kind}`);
        this.#at += kind.length;
        return `(${kind}`;
      }
      case "*":
      case "+":
      case "?":
      case "{": {
        const counted = /^\{\d+(?:,\d*)?\}/.exec(this.#pattern.slice(this.#at - 1))?.[0];
        if (character === "{" && counted === undefined) this.#refuse("{");
        if (counted !== undefined) this.#at += counted.length - 1;
        const lazy = this.#rest().startsWith("?") ? this.#take() : "";
        if (this.#rest().startsWith("+")) this.#refuse("a possessive quantifier");
        return (counted ?? character) + lazy;
      }
      case "|":
      case ")":
        return character;
      default:
        return literal(character);
    }
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
    if (letter === "A" && !inClass) return this.#start;
    if (letter === "z" && !inClass) return "$";
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

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(character) ? `\\u{${character.charCodeAt(0).toString(16)}}` : character;
}
