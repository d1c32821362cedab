import { bitmapWords } from "./bitmaps.ts";
import type { IndexBounds } from "./bounds.ts";
import type { OrderedSets } from "./prepare.ts";
import { sharedInt32, sharedUint32 } from "./shared-arrays.ts";

/** Words of an entry of the inverted index, and what they hold. */
export const entryWords = 4;
export const entryReach = 0;
export const entryBitmap = 1;
export const entryPosition = 3;

/**
 * For each token an entry for every set that has it in its prefix. The entries lie in segments: one for each size
 * of set, smallest first, and in it those first in whose prefix the token comes early. An entry holds what
 * decides whether the set is worth a closer look, so that a probe reads memory in its order.
 */
export interface InvertedIndex {
  /** By token: its first segment, and one more. */
  readonly segments: Uint32Array;
  /** By segment: the size of its sets. */
  readonly sizes: Int32Array;
  /** By segment: the first word of its entries, and one more. */
  readonly starts: Uint32Array;
  /**
   * Entries of {@link entryWords}: the reach, which is the size of the largest probe for which the token's place
   * in the set leaves enough others to share; the first two words of the set's bitmap; its position.
   */
  readonly entries: Int32Array;
}

/** Indexes the sets' prefixes: the tokens by which a set can be found at all. */
export function indexPrefixes(
  sets: OrderedSets,
  tokenCount: number,
  { prefixOf, probesOf }: IndexBounds,
): InvertedIndex {
  const { segments, starts, sizes } = measureSegments(sets, tokenCount, prefixOf);
  const entries = sharedInt32(starts[sizes.length]!);
  const filled = starts.slice();
  const segmentOf = segments.slice();
  for (const [size, probes] of probesOf) {
    const first = sets.positionOf[size]!;
    const behind = sets.positionOf[size + 1]!;
    let probe = probes.length - 1;
    for (let place = 0; place < prefixOf[size]!; place++) {
      while (probe >= 0 && probes[probe]!.least > size - place) probe--;
      const reach = probe < 0 ? 0 : probes[probe]!.size;
      for (let position = first; position < behind; position++) {
        const token = sets.tokens[sets.starts[position]! + place]!;
        let segment = segmentOf[token]!;
        // Sizes come in the segments' order.
        while (sizes[segment]! < size) segment++;
        segmentOf[token] = segment;
        const entry = filled[segment]!;
        filled[segment] = entry + entryWords;
        entries[entry + entryReach] = reach;
        entries[entry + entryBitmap] = sets.bitmaps[position * bitmapWords]!;
        entries[entry + entryBitmap + 1] = sets.bitmaps[position * bitmapWords + 1]!;
        entries[entry + entryPosition] = position;
      }
    }
  }
  return { segments, sizes, starts, entries };
}

function measureSegments(
  sets: OrderedSets,
  tokenCount: number,
  prefixOf: Int32Array,
): Omit<InvertedIndex, "entries"> {
  const segments = sharedUint32(tokenCount + 1);
  const lastSize = new Int32Array(tokenCount);
  forEachPrefixToken(sets, prefixOf, (token, size) => {
    if (lastSize[token] !== size) segments[token + 1]! += 1;
    lastSize[token] = size;
  });
  for (let token = 0; token < tokenCount; token++) {
    segments[token + 1]! += segments[token]!;
  }
  const count = segments[tokenCount]!;
  const sizes = sharedInt32(count);
  const starts = sharedUint32(count + 1);
  const next = segments.slice();
  lastSize.fill(0);
  forEachPrefixToken(sets, prefixOf, (token, size) => {
    if (lastSize[token] !== size) {
      lastSize[token] = size;
      sizes[next[token]!] = size;
      next[token]! += 1;
    }
    // `next[token]` is already one past this segment: its length is stored there, for the prefix sum below.
    const behind = next[token]!;
    starts[behind]! += entryWords;
  });
  for (let segment = 0; segment < count; segment++) {
    starts[segment + 1]! += starts[segment]!;
  }
  return { segments, sizes, starts };
}

function forEachPrefixToken(
  sets: OrderedSets,
  prefixOf: Int32Array,
  visit: (token: number, size: number) => void,
): void {
  for (let position = 0; position < sets.rows.length; position++) {
    const start = sets.starts[position]!;
    const size = sets.starts[position + 1]! - start;
    const end = start + prefixOf[size]!;
    for (let at = start; at < end; at++) visit(sets.tokens[at]!, size);
  }
}
