/**
 * Where Java's BreakIterator for words (`getWordInstance`) says that a boundary is, in texts with characters of Unicode 13.
 * The rules are those that its documentation names: words of letters with single marks such as `'`, `.`, `-` within,
 * numbers, runs of white space, of Kanji, Hiragana and Katakana; format characters don't count.
 */
export class JavaWords {
  readonly #text: string;
  /** The last boundary that was found, which the next search goes on from where it lies before; -1 at first. */
  #known = -1;

  constructor(text: string) {
    this.#text = text;
  }

  isBoundary(at: number): boolean {
    if (at === 0) return true;
    const offset = at - 1;
    let boundary = this.#known;
    if (offset === 0) boundary = 0;
    else if (boundary >= offset || boundary < 0) boundary = this.#before(offset);
    while (boundary <= offset) boundary = this.#next(boundary);
    this.#known = boundary;
    return boundary === at;
  }

  /** A boundary at or before the offset; but Java, sent into the middle of a surrogate pair, gives the pair's end. */
  #before(offset: number): number {
    const text = this.#text;
    const inPair = isHigh(text.charCodeAt(offset - 1)) && isLow(text.charCodeAt(offset));
    if (inPair && offset > 1) return offset + 1;
    let boundary = 0;
    for (;;) {
      const next = this.#next(boundary);
      if (next > offset) return boundary;
      boundary = next;
    }
  }

  #next(from: number): number {
    const point = this.#text.codePointAt(from) ?? 0;
    let end = from + (point > 0xffff ? 2 : 1);
    for (const rule of rules()) {
      rule.lastIndex = from;
      if (rule.test(this.#text)) end = Math.max(end, rule.lastIndex);
    }
    return end;
  }
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

let compiled: readonly RegExp[] | undefined;

/** What a boundary doesn't divide: the longest match counts. */
function rules(): readonly RegExp[] {
  if (compiled !== undefined) return compiled;
  const ignored = String.raw`(?:(?!\u00ad)\p{Cf})*`;
  const kanji = String.raw`\u3005\u4e00-\u9fa5\uf900-\ufa2d`;
  const katakana = String.raw`\u30a1-\u30fa\u30fd\u30fe`;
  const hiragana = String.raw`\u3041-\u3094\u309d\u309e`;
  const marks = String.raw`\u3099-\u309c\u30fb\u30fc`;
  const enclosing = String.raw`(?:[\p{Mn}\p{Me}]${ignored})*`;
  const letter = String.raw`(?:(?![${kanji}${katakana}${hiragana}${marks}])[\p{L}\p{Mc}]${ignored}${enclosing})`;
  const digit = String.raw`(?:\p{N}${ignored}${enclosing})`;
  const inWord = String.raw`[\p{Pd}\p{Pc}\u00ad\u2027"'.]${ignored}`;
  const inNumber = String.raw`["',.\u066b]${ignored}`;
  const word = String.raw`(?:${letter}+(?:${inWord}${letter}+)*(?:[\u0964\u0965]${ignored})?)`;
  const number = `(?:${digit}+(?:${inNumber}${digit}+)*)`;
  const behindNumber = String.raw`[%&\u00a2\u066a\u2030\u2031]${ignored}`;
  const mixed = `(?:${number}${word})*(?:${number}(?:${behindNumber})?)?`;
  compiled = [
    `${word}?${mixed}`,
    String.raw`(?!\u00a2)[\p{Sc}#.]${ignored}${mixed}`,
    String.raw`(?:[\p{Zs}\t]${ignored}${enclosing})*(?:\r${ignored})?(?:[\n\f\u2028\u2029]${ignored})?`,
    `(?:[${katakana}${marks}]${ignored})*`,
    `(?:[${hiragana}${marks}]${ignored})*`,
    `(?:[${kanji}]${ignored})*`,
    String.raw`[^\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]${ignored}${enclosing}`,
  ].map((rule) => new RegExp(ignored + rule, "uy"));
  return compiled;
}
