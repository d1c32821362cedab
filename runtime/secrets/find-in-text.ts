/** Where something is in a text: from its first character to the one after its last. */
export type Range = readonly [start: number, end: number];

/** A text as a decoder has it, and where each of its characters was in the text that is looked through. */
interface Layer {
  readonly text: string;
  /** One more than the text has characters; absent for the text itself. */
  readonly starts: readonly number[] | undefined;
}

/** How often a value may have been encoded: JSON in JSON in a URL, say. */
const deepest = 4;

/**
 * Where any of the values occurs in a text: as it is, or in the ways in which texts are put into others. Those are
 * backslash escapes (of JSON, of source code, of `util.inspect`), percent-encoding in all its variants, indented lines,
 * and one within the other.
 * @returns ranges in ascending order that neither overlap nor touch.
 */
export function rangesOf(text: string, values: readonly string[]): readonly Range[] {
  const found: Range[] = [];
  const seen = new Set([text]);
  let layers: readonly Layer[] = [{ text, starts: undefined }];
  const used = values.some((value) => value.includes("\n")) ? [...decoders, removeIndents] : decoders;
  for (let depth = 0; layers.length > 0; depth++) {
    const next: Layer[] = [];
    for (const layer of layers) {
      for (const value of values) addOccurrences(layer, value, found);
      if (depth === deepest) continue;
      for (const decode of used) {
        const decoded = decode(layer);
        if (decoded === undefined || seen.has(decoded.text)) continue;
        seen.add(decoded.text);
        next.push(decoded);
      }
    }
    layers = next;
  }
  return merged(found);
}

/** Where a character of a layer, or the layer's end, starts in the text that is masked. */
function placeOf(starts: readonly number[] | undefined, at: number): number {
  const place = starts === undefined ? at : starts[at];
  if (place === undefined)
    throw new RangeError(`A decoded text doesn't know where its character ${at} is from.`);
  return place;
}

function addOccurrences({ text, starts }: Layer, value: string, found: Range[]): void {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const end = at + value.length;
    found.push([placeOf(starts, at), placeOf(starts, end)]);
  }
}

function merged(ranges: Range[]): Range[] {
  const all: [number, number][] = [];
  for (const [start, end] of ranges.sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
}

const simpleEscapes: { readonly [letter: string]: string } = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  0: "\0",
};

/** What a text is without the blanks that its lines but the first begin with. */
export function withoutIndents(text: string): string {
  return removeIndents({ text, starts: undefined })?.text ?? text;
}

/** `util.inspect` indents the lines of what is in something else, such as an error's cause. */
function removeIndents(layer: Layer): Layer | undefined {
  return decodedBy(layer, /(?<=\n)[ \t]+/g, () => []);
}

/** What a text is with its percent-escapes decoded; what is none in it stays. */
export function withoutPercents(text: string): string {
  return decodePercents({ text, starts: undefined })?.text ?? text;
}

function decodePercents(layer: Layer): Layer | undefined {
  return decodedBy(layer, /(?:%[\da-f]{2})+/gi, (match) => percentDecoded(match[0]));
}

const decoders: readonly ((layer: Layer) => Layer | undefined)[] = [
  (layer) =>
    decodedBy(layer, /\\(?:u\{([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2})|([\s\S]))/gi, (match) => {
      const [, point, unit, byte, letter = ""] = match;
      const code = Number.parseInt(point ?? unit ?? byte ?? "", 16);
      if (Number.isNaN(code)) return [[simpleEscapes[letter] ?? letter, match[0].length]];
      return [[code > 0x10_ffff ? "\ufffd" : String.fromCodePoint(code), match[0].length]];
    }),
  decodePercents,
  // As in forms.
  (layer) => decodedBy(layer, /\+/g, () => [[" ", 1]]),
];

/** @param decode the parts that a match decodes to, each with how many of its characters it takes. */
function decodedBy(
  { text, starts }: Layer,
  pattern: RegExp,
  decode: (match: RegExpExecArray) => readonly (readonly [decoded: string, length: number])[],
): Layer | undefined {
  let decoded = "";
  let done = 0;
  const places: number[] = [];
  const startOf = (at: number) => placeOf(starts, at);
  const copy = (end: number) => {
    decoded += text.slice(done, end);
    for (let at = done; at < end; at++) places.push(startOf(at));
  };
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    copy(match.index);
    let at = match.index;
    for (const [part, length] of decode(match)) {
      decoded += part;
      for (let i = 0; i < part.length; i++) places.push(startOf(at));
      at += length;
    }
    done = match.index + match[0].length;
  }
  if (done === 0) return undefined;
  copy(text.length);
  places.push(startOf(text.length));
  return { text: decoded, starts: places };
}

/** Each character's bytes are UTF-8; what is no UTF-8 stays as it is. */
function percentDecoded(encoded: string): [string, number][] {
  const bytes = Buffer.from(encoded.replaceAll("%", ""), "hex");
  const parts: [string, number][] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const character = bytes.toString("utf8", at, at + length);
    const isWhole = length === 1 || ([...character].length === 1 && character !== "\ufffd");
    if (isWhole) parts.push([character, 3 * Math.min(length, bytes.length - at)]);
    else for (const letter of encoded.slice(3 * at, 3 * at + 3)) parts.push([letter, 1]);
    at += isWhole ? length : 1;
  }
  return parts;
}
