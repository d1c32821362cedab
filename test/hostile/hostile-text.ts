import fc from "fast-check";

/** Texts that mean something to a terminal, to VS Code or to a spreadsheet. */
export const hostileParts = [
  "\x1b[2J\x1b[H",
  "\x1b[31m",
  "\x1b]0;title\x07",
  "\x1b]8;;https://example.invalid\x1b\\here\x1b]8;;\x1b\\",
  "\x1b]52;c;ZWNobyBoaQ==\x07",
  "\x1bP1$r\x1b\\",
  "\x9b2J",
  "\x9d0;title\x9c",
  "\u202egpj.exe\u202c",
  "\u2066x\u2069",
  "\r",
  "\n",
  "\b\b\b",
  "\x7f",
  "\0",
  "\u2028",
  "[Show](command:workbench.action.openSettingsJson)",
  "](https://example.invalid)",
  "$(check)",
  "<img src=x onerror=alert(1)>",
  "`code`",
  "=1+1",
  "name",
  "é",
  "😀",
  "\ud800",
] as const;

/** Random texts, many with what is hostile in them. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...hostileParts), fc.string({ unit: "binary", maxLength: 8 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join(""));

/**
 * The characters of a text that a terminal may obey, told by their code points: slow and plain, as an oracle.
 * @param allowed characters that don't count.
 */
export function controlsIn(text: string, allowed = ""): string[] {
  return [...text].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const turnsText = [0x61c, 0x200e, 0x200f].includes(code) || isWithin(code, 0x202a, 0x202e);
    const separates = code === 0x2028 || code === 0x2029 || isWithin(code, 0x2066, 0x2069);
    return (isControl || turnsText || separates) && !allowed.includes(character);
  });
}

function isWithin(code: number, from: number, to: number): boolean {
  return code >= from && code <= to;
}
