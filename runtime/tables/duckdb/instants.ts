import { duckDbWriting, type SqlToken, sqlTokens } from "../sql-tokens.ts";

/**
 * DuckDB's TIMESTAMP has no time zone, and making one of text drops what the text says of it: `+02:00` is lost without
 * a word. To Spark such a text is an instant. So a cast to a type with TIMESTAMP in it goes by way of TIMESTAMP WITH
 * TIME ZONE, which in a session of UTC changes no other value.
 * @returns the template's texts with that, or undefined where nothing is to be changed.
 */
export function withInstants(texts: readonly string[]): readonly string[] | undefined {
  const tokens = sqlTokens(texts, duckDbWriting);
  const edits: Edit[] = [];
  const inCast: boolean[] = []; // of each open parenthesis, whether it is a cast's
  tokens.forEach((token, i) => {
    if (token.text === "(") inCast.push(/^(?:TRY_)?CAST$/.test(tokens[i - 1]?.text ?? ""));
    if (token.text === ")") inCast.pop();
    if (token.kind !== "word" && token.text !== "::") return;
    const next = tokens[i + 1];
    if (next?.part !== token.part) return;
    if (isTimestamp(token) && next.kind === "text") {
      edits.push({ ...token, text: zoned }, { ...next, start: next.end, text: "::TIMESTAMP" });
    } else if ((token.text === "AS" && inCast.at(-1) === true) || token.text === "::") {
      const type = typeAt(tokens, i + 1);
      const closing = tokens[i + 1 + type.length];
      const stamps = type.filter(isTimestamp);
      const last = type.at(-1);
      if (stamps.length === 0 || last === undefined) return;
      if (type.some(({ part }) => part !== token.part)) return;
      const end = token.text === "::" ? last : closing;
      if (end === undefined || end.part !== token.part || (token.text === "AS" && end.text !== ")")) return;
      for (const stamp of stamps) edits.push({ ...stamp, text: zoned });
      const written = (texts[token.part] ?? "").slice(next.start, last.end);
      edits.push({ part: end.part, start: end.end, end: end.end, text: `::${written}` });
    }
  });
  return edits.length === 0 ? undefined : edited(texts, edits);
}

const zoned = "TIMESTAMPTZ";

export interface Edit {
  readonly part: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function isTimestamp({ kind, text }: SqlToken): boolean {
  return kind === "word" && (text === "TIMESTAMP" || text === "DATETIME");
}

/** The tokens of a type's name: words, names and parentheses that follow it, brackets. */
function typeAt(tokens: readonly SqlToken[], from: number): readonly SqlToken[] {
  const first = tokens[from];
  if (first?.kind !== "word" && first?.kind !== "quoted") return [];
  let end = from + 1;
  for (;;) {
    const text = tokens[end]?.text;
    if (text === "WITH" || text === "WITHOUT") return []; // TIME ZONE: the type says it itself
    if (text !== "(" && text !== "[") return tokens.slice(from, end);
    let depth = 0;
    do {
      const inner = tokens[end]?.text ?? "";
      if (inner === "(" || inner === "[") depth++;
      if (inner === ")" || inner === "]") depth--;
      end++;
    } while (depth > 0 && end < tokens.length);
  }
}

/** Texts with pieces of them replaced. */
export function edited(texts: readonly string[], edits: readonly Edit[]): readonly string[] {
  return texts.map((text, part) => {
    let made = "";
    let from = 0;
    for (const edit of edits
      .filter((each) => each.part === part)
      .sort((a, b) => a.start - b.start || a.end - b.end)) {
      made += text.slice(from, edit.start) + edit.text;
      from = edit.end;
    }
    return made + text.slice(from);
  });
}
