import { type Range, rangesOf } from "./find-in-text.ts";
import { partsOfSecret, secretMark, shortestMasked } from "./parts-of-secret.ts";

/** Secrets of whatever this thread runs, and what of them must not be seen; longest first. */
const known = new Set<string>();
let parts: readonly string[] = [];
/** The same, and how they stand in base64. */
let textParts: readonly string[] = [];
let longest = 0;
/** Of secrets of several lines what each of their line ends ends. */
let lineBeginnings: readonly string[] = [];

/** How many characters of a text one of a secret may be, as often as it is escaped there: `"` in JSON in JSON in a URL, say. */
const longestCharacter = 32;

/**
 * Makes a value a secret: from now on it is masked in all that this thread shows and writes. Of arrays and objects
 * what is in them is, of numbers their digits are. Values of fewer than 6 characters can't be masked in texts.
 */
export function knowSecret(value: unknown): void {
  for (const text of textsOf(value)) {
    if (known.has(text) || text.length < shortestMasked) continue;
    known.add(text);
    const all = new Set([...parts, ...partsOfSecret(text)]);
    parts = [...all].sort((a, b) => b.length - a.length);
    textParts = [...parts, ...parts.flatMap(base64Forms)];
    lineBeginnings = parts.flatMap((part) =>
      [...part.matchAll(/\n(?!$)/g)].map(({ index }) => part.slice(0, index + 1)),
    );
    longest = longestCharacter * (parts[0]?.length ?? 0);
  }
}

export function hasSecrets(): boolean {
  return known.size > 0;
}

/** All of them, for another thread or process of the same run. */
export function knownSecrets(): string[] {
  return [...known];
}

/** A text with a mark in place of each secret in it, however it is escaped or encoded there. */
export function mask(text: string): string {
  return parts.length === 0 ? text : masked(text, textParts);
}

/** The same for output, in which results stand as they are, in base64. */
export function maskOutput(text: string): string {
  return parts.length === 0 ? text : masked(text, parts);
}

/** Whether a text ends with whole lines that secrets of several lines begin with. */
export function endsWithinSecret(text: string): boolean {
  return lineBeginnings.some((beginning) => text.endsWith(beginning));
}

/** How many characters of a text a secret may take at most; 0 without any. */
export function longestMasked(): number {
  return longest;
}

/** Where secrets are in a text, as {@link mask} finds them, or as {@link maskOutput} does. */
export function secretRanges(text: string, where: "text" | "output"): readonly Range[] {
  if (parts.length === 0) return [];
  return rangesOf(text, where === "text" ? textParts : parts);
}

/** The beginning of a text as {@link mask} gives it: no part of a secret that goes on behind it is seen. */
export function maskedStart(text: string, length: number): string {
  const looked = text.slice(0, length + longest);
  return replaced(looked, secretRanges(looked, "text"), length);
}

function masked(text: string, values: readonly string[]): string {
  const ranges = rangesOf(text, values);
  return ranges.length === 0 ? text : replaced(text, ranges);
}

/** The first `length` characters of a text, with a mark in place of what of them is in one of the ranges. */
export function replaced(text: string, ranges: readonly Range[], length = text.length): string {
  let whole = "";
  let done = 0;
  for (const [start, end] of ranges) {
    if (start >= length) break;
    whole += text.slice(done, start) + secretMark;
    done = end;
  }
  return whole + text.slice(done, length);
}

/** A value with a mark in place of each secret in it, in arrays, plain objects, Maps and Sets; itself without any. */
export function maskValue<T>(value: T): T {
  return parts.length === 0 ? value : (maskedValue(value, new Map()) as T); // the same but for texts
}

/** @param done copies of the objects that were seen: a value may hold itself. */
function maskedValue(value: unknown, done: Map<object, unknown>): unknown {
  if (typeof value === "string") return mask(value);
  if (typeof value === "number" || typeof value === "bigint") {
    const text = String(value);
    const shown = text.length < shortestMasked ? text : mask(text);
    return shown === text ? value : shown;
  }
  if (typeof value !== "object" || value === null) return value;
  if (done.has(value)) return done.get(value);
  if (Array.isArray(value)) return maskedArray(value, done);
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    done.set(value, copy);
    for (const [key, item] of value) copy.set(maskedValue(key, done), maskedValue(item, done));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    done.set(value, copy);
    for (const item of value) copy.add(maskedValue(item, done));
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = {};
  done.set(value, copy);
  for (const [key, item] of Object.entries(value)) copy[mask(key)] = maskedValue(item, done);
  return copy;
}

function maskedArray(items: readonly unknown[], done: Map<object, unknown>): unknown[] {
  const copy: unknown[] = items.slice();
  done.set(items, copy);
  for (const key of Object.keys(items)) copy[Number(key)] = maskedValue(items[Number(key)], done); // it may be sparse
  return copy;
}

/** The secrets that are in some bytes, such as V8's of a value. */
export function secretsIn(bytes: Uint8Array): string[] {
  if (known.size === 0) return [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [...known].filter((value) => byteForms(value).some((form) => buffer.includes(form))).sort();
}

/** The ways in which secrets stand in texts, as {@link secretsIn} looks for them. */
export function secretTexts(): string[] {
  return [...new Set([...known].flatMap((value) => [...textForms(value)]))];
}

function textForms(value: string): Set<string> {
  const texts = new Set<string>();
  for (const part of partsOfSecret(value)) {
    texts.add(part).add(JSON.stringify(part).slice(1, -1));
    texts.add(encodeURIComponent(Buffer.from(part).toString()));
  }
  return texts;
}

const formsOf = new Map<string, readonly Buffer[]>();

function byteForms(value: string): readonly Buffer[] {
  const made = formsOf.get(value);
  if (made !== undefined) return made;
  const forms = [...textForms(value)].flatMap((text) => {
    const encodings: BufferEncoding[] = /[^\0-\u00ff]/.test(text)
      ? ["utf16le", "utf8"]
      : ["latin1", "utf16le", "utf8"];
    return encodings.map((encoding) => Buffer.from(text, encoding));
  });
  formsOf.set(value, forms);
  return forms;
}

/** What of a text's base64 is the same wherever it stands in what is encoded: after 0, 1 or 2 bytes of a group of 3. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  const forms = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
  const both = [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
  return [...new Set(both)].filter((form) => form.length >= shortestBase64);
}

/** Shorter ones turn up in other base64 by chance. */
const shortestBase64 = 10;

function textsOf(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof URL) return [value.href];
  if (value instanceof Map) return [...value].flat(1).flatMap((item) => textsOf(item, seen));
  const items = value instanceof Set ? [...value] : Object.values(value);
  return items.flatMap((item) => textsOf(item, seen));
}
