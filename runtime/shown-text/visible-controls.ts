/**
 * What a terminal, an editor or a page takes for more than text: control characters (ESC, and the C1 ones that
 * stand for ESC and a letter), separators of lines and paragraphs, and what turns the direction of text around.
 */
const controls = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const controlsInLines = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Text of several lines in which every control character but line feed and tab is shown as `\x1b`, `\u202e`. */
export function visibleText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(controlsInLines, visible);
}

/** Text of one line: line feeds and tabs are shown as `\n` and `\t`, other control characters as `\x1b`, `\u202e`. */
export function visibleLine(text: string): string {
  return text.replace(controls, visible);
}

/** JSON's text in which no control character stands as itself. It means the same. */
export function visibleJson(json: string): string {
  return json.replace(controlsInLines, (character) => `\\u${hex(character, 4)}`);
}

const named: { readonly [character: string]: string } = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function visible(character: string): string {
  const code = character.charCodeAt(0);
  return named[character] ?? (code < 0x100 ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`);
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, "0");
}
