import { digestBytes } from "./tree-digest.ts";

/** A line of text, and the digest of it in a line of its own. */
export function seal(text: string): string {
  return `${text}\n${digestBytes(text).sha256}\n`;
}

/** What was sealed, or undefined if it isn't as it was: torn by a power cut, or changed. */
export function unseal(sealed: string): string | undefined {
  const [text = "", sha256] = sealed.split("\n");
  return digestBytes(text).sha256 === sha256 ? text : undefined;
}
