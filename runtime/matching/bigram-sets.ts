import { type SetColumn, type StringColumn, textOf } from "./columns.ts";
import { checkNumFeatures, featureIndex } from "./hashing-tf.ts";
import { toLowerCase } from "./lower-case.ts";
import { codeUnitToken } from "./regex-tokenizer.ts";
import { RowSorter } from "./row-sorter.ts";

/** Pairs of code units below this are looked up in an array, others in a map. */
const dense = 0x100;

/**
 * What RegexTokenizer with the pattern `""`, NGram of 2 and HashingTF make of texts one after the other,
 * without their tokens: some ten times faster, since no string is made for a pair seen before.
 * @throws {MatchingError} for a null, or a number of features out of range.
 */
export function codeUnitBigramSets(
  texts: StringColumn,
  toLowercase: boolean,
  numFeatures: number,
): SetColumn {
  checkNumFeatures(numFeatures);
  const common = new Int32Array(dense * dense).fill(-1);
  const others = new Map<number, number>();
  const hash = (first: number, second: number) =>
    featureIndex(`${codeUnitToken(first)} ${codeUnitToken(second)}`, numFeatures);

  function indexOf(first: number, second: number): number {
    if (first < dense && second < dense) {
      const cell = first * dense + second;
      const known = common[cell] ?? -1;
      if (known >= 0) return known;
      const index = hash(first, second);
      common[cell] = index;
      return index;
    }
    const key = first * 0x10000 + second;
    let index = others.get(key);
    if (index === undefined) {
      index = hash(first, second);
      others.set(key, index);
    }
    return index;
  }

  const lowered: string[] = [];
  let total = 0;
  for (let row = 0; row < texts.length; row++) {
    const given = textOf("RegexTokenizer", texts, row);
    const text = toLowercase ? toLowerCase(given) : given;
    lowered.push(text);
    total += Math.max(0, text.length - 1);
  }
  const sorter = new RowSorter(total);
  const offsets = new Uint32Array(texts.length + 1);
  for (const [row, text] of lowered.entries()) {
    let first = text.charCodeAt(0);
    for (let at = 1; at < text.length; at++) {
      const second = text.charCodeAt(at);
      sorter.add(indexOf(first, second));
      first = second;
    }
    offsets[row + 1] = sorter.endRow();
  }
  return { offsets, indices: sorter.indices.slice(0, offsets[texts.length]!) };
}
