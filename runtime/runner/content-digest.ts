import { createHash, type Hash } from "node:crypto";
import { types } from "node:util";
import { serialize } from "node:v8";
import { isPlain } from "../crossing/marks.ts";

/** A mark that encoding put in place of a future, a table or a resource. */
export type Mark = Readonly<Record<string, unknown>>;

/** What stands for the content of a mark, or undefined where that can't be told. */
export type MarkDigest = (marked: Mark) => Promise<string | undefined>;

/**
 * A digest of an encoded value's content: the same for equal values however their properties are ordered.
 * @returns undefined if the content of a mark in it can't be told.
 */
export async function contentDigest(value: unknown, markDigest: MarkDigest): Promise<string | undefined> {
  const content = new Content();
  content.add(value);
  for (const marked of content.marks) {
    const digest = await markDigest(marked);
    if (digest === undefined) return undefined;
    content.addText("mark", digest);
  }
  return content.hash.digest("hex");
}

/** Writes values into a hash so that no two different ones are written alike: each text says its length. */
class Content {
  readonly hash: Hash = createHash("sha256");
  readonly marks: Mark[] = [];
  readonly #numbers = new Map<object, number>();

  addText(kind: string, text: string): void {
    this.hash.update(`${kind} ${text.length}:${text};`);
  }

  add(value: unknown): void {
    if (typeof value === "object" && value !== null) this.#addObject(value);
    else this.addText(typeof value, Object.is(value, -0) ? "-0" : String(value));
  }

  #addObject(value: object): void {
    const number = this.#numbers.get(value);
    if (number !== undefined) {
      this.addText("again", String(number));
      return;
    }
    this.#numbers.set(value, this.#numbers.size);
    if (Array.isArray(value)) this.#addItems("array", value);
    else if (types.isMap(value)) this.#addItems("map", [...value].flat(1));
    else if (types.isSet(value)) this.#addItems("set", [...value]);
    else if (isPlain(value))
      this.#addPlain(value as Mark); // a plain object may be one
    else this.#addBytes(serialize(value));
  }

  #addItems(kind: string, items: readonly unknown[]): void {
    this.addText(kind, String(items.length));
    for (const item of items) this.add(item);
  }

  #addPlain(value: Mark): void {
    if (value.$millrace === "object") {
      this.addText("escaped", "");
      this.#addProperties(value.value as Mark); // encode wrote it so
    } else if ("$millrace" in value) {
      this.addText("marked", String(this.marks.length));
      this.marks.push(value);
    } else {
      this.#addProperties(value);
    }
  }

  #addProperties(value: Mark): void {
    const keys = Object.keys(value).sort();
    this.addText("object", String(keys.length));
    for (const key of keys) {
      this.addText("key", key);
      this.add(value[key]);
    }
  }

  #addBytes(bytes: Uint8Array): void {
    this.addText("bytes", String(bytes.byteLength));
    this.hash.update(bytes);
  }
}
