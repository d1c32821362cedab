/** Text as UTF-8, bytes as they are, in base64. */
export function toBase64(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const pieces: string[] = [];
  const step = 0x8000;
  for (let at = 0; at < bytes.length; at += step) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + step)));
  }
  return btoa(pieces.join(""));
}
