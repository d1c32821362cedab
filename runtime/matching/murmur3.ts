/**
 * MurmurHash3_x86_32 (Austin Appleby, public domain) of a string's UTF-8, as Spark's HashingTF has it
 * (`Murmur3_x86_32.hashUnsafeBytes2`): a lone surrogate counts as the byte of `?`.
 * @returns a signed 32-bit integer
 */
export function murmur3(text: string, seed: number): number {
  let hash = seed | 0;
  let block = 0;
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // The character's bytes, first byte lowest.
    let encoded = unit;
    let length = 1;
    if (unit >= 0x80) {
      if (unit < 0x800) {
        encoded = 0xc0 | (unit >> 6) | ((0x80 | (unit & 0x3f)) << 8);
        length = 2;
      } else if (unit < 0xd800 || unit > 0xdfff) {
        encoded = 0xe0 | (unit >> 12) | ((0x80 | ((unit >> 6) & 0x3f)) << 8) | ((0x80 | (unit & 0x3f)) << 16);
        length = 3;
      } else {
        const next = unit < 0xdc00 && at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
        if (next >= 0xdc00 && next <= 0xdfff) {
          const point = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
          encoded =
            0xf0 |
            (point >> 18) |
            ((0x80 | ((point >> 12) & 0x3f)) << 8) |
            ((0x80 | ((point >> 6) & 0x3f)) << 16) |
            ((0x80 | (point & 0x3f)) << 24);
          length = 4;
          at++;
        } else {
          encoded = 0x3f;
        }
      }
    }
    const filled = bytes & 3;
    block |= encoded << (8 * filled);
    bytes += length;
    if (filled + length >= 4) {
      hash = mixHash(hash, mixBlock(block));
      block = filled === 0 ? 0 : encoded >>> (8 * (4 - filled));
    }
  }
  if ((bytes & 3) !== 0) hash ^= mixBlock(block);
  hash ^= bytes;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function mixBlock(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

function mixHash(hash: number, k: number): number {
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}
