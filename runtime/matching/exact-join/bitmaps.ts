/** 32-bit words of a set's bitmap. Loops over them are written out. */
export const bitmapWords = 4;

/** Whether the bitmaps at two positions differ in more bits than the limit. */
export function differByMore(
  left: Int32Array,
  leftPosition: number,
  right: Int32Array,
  rightPosition: number,
  limit: number,
): boolean {
  const x = leftPosition * bitmapWords;
  const y = rightPosition * bitmapWords;
  const low = totalOfFours(bitsByFours(left[x]! ^ right[y]!) + bitsByFours(left[x + 1]! ^ right[y + 1]!));
  if (low > limit) return true;
  const high = totalOfFours(
    bitsByFours(left[x + 2]! ^ right[y + 2]!) + bitsByFours(left[x + 3]! ^ right[y + 3]!),
  );
  return low + high > limit;
}

/** The set bits of a word, counted by fours: eight numbers up to 4, so that those of three words can be added. */
export function bitsByFours(word: number): number {
  const twos = word - ((word >>> 1) & 0x55555555);
  return (twos & 0x33333333) + ((twos >>> 2) & 0x33333333);
}

/** The sum of eight numbers of four bits. */
export function totalOfFours(fours: number): number {
  return Math.imul((fours & 0x0f0f0f0f) + ((fours >>> 4) & 0x0f0f0f0f), 0x01010101) >>> 24;
}
