/** What a piece of SQL's text is. Spaces and comments are none. */
export interface SqlToken {
  readonly kind: "word" | "number" | "text" | "quoted" | "symbol" | "input";
  /** As it is written; of a word in capital letters. */
  readonly text: string;
  /** Which of the template's texts it stands in, and where in it; an input has the text before it, and its end. */
  readonly part: number;
  readonly start: number;
  readonly end: number;
}

/** How an engine writes texts. */
export interface SqlWriting {
  /** Whether a backslash in a text takes the next character as it is, as Spark has it. */
  readonly backslashes: boolean;
}

export const duckDbWriting: SqlWriting = { backslashes: false };
export const sparkWriting: SqlWriting = { backslashes: true };

/** The tokens of a template's SQL, as far as its lexical rules are alike on both engines. */
export function sqlTokens(texts: readonly string[], { backslashes }: SqlWriting): SqlToken[] {
  const tokens: SqlToken[] = [];
  const text = backslashes ? /^'(?:[^'\\]|\\[\s\S]|'')*'?/ : /^'(?:[^']|'')*'?/;
  texts.forEach((part, at) => {
    let start = 0;
    while (start < part.length) {
      const rest = part.slice(start);
      const blank = /^(?:\s+|--[^\n]*)+/.exec(rest)?.[0].length ?? commentLength(rest);
      if (blank > 0) {
        start += blank;
        continue;
      }
      const [kind, found] = tokenAt(rest, text);
      tokens.push({
        kind,
        text: kind === "word" ? found.toUpperCase() : found,
        part: at,
        start,
        end: start + found.length,
      });
      start += found.length;
    }
    if (at < texts.length - 1)
      tokens.push({ kind: "input", text: "", part: at, start: part.length, end: part.length });
  });
  return tokens;
}

function tokenAt(rest: string, text: RegExp): readonly [SqlToken["kind"], string] {
  const word = /^[\p{L}_][\p{L}\p{N}_$]*/u.exec(rest)?.[0];
  if (word !== undefined) return ["word", word];
  const number = /^(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?/i.exec(rest)?.[0];
  if (number !== undefined) return ["number", number];
  const string = text.exec(rest)?.[0] ?? /^\$(\w*)\$[\s\S]*?\$\1\$/.exec(rest)?.[0];
  if (string !== undefined) return ["text", string];
  const name = /^"(?:[^"]|"")*"?|^`(?:[^`]|``)*`?/.exec(rest)?.[0];
  if (name !== undefined) return ["quoted", name];
  return ["symbol", rest.startsWith("::") ? "::" : (/^./su.exec(rest)?.[0] ?? "")];
}

/** The length of a comment in slashes and stars at the beginning; they nest. */
function commentLength(rest: string): number {
  if (!rest.startsWith("/*")) return 0;
  let depth = 0;
  for (const mark of rest.matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.index + 2;
  }
  return rest.length;
}

/** A template's texts without what follows a query's last token, its semicolons and the comments after them too. */
export function withoutEnd(texts: readonly string[], writing: SqlWriting): readonly string[] {
  const tokens = sqlTokens(texts, writing);
  const last = tokens.findLast(({ text }) => text !== ";");
  return texts.map((text, part) => {
    if (part === last?.part) return last.kind === "input" ? text : text.slice(0, last.end);
    return part > (last?.part ?? -1) ? "" : text;
  });
}

/**
 * A template's texts with names in double quotes as Spark takes them: to it, a backslash in one takes the next
 * character as it is, the closing quote too; in backticks it is a character like any other.
 */
export function withPlainNames(texts: readonly string[]): readonly string[] {
  const names = sqlTokens(texts, sparkWriting).filter(
    ({ kind, text }) => kind === "quoted" && text.startsWith('"') && text.includes("\\"),
  );
  return texts.map((text, part) =>
    names
      .filter((name) => name.part === part)
      .reduceRight((made, { start, end, text: name }) => {
        const plain = name.slice(1, -1).replaceAll('""', '"').replaceAll("`", "``");
        return `${made.slice(0, start)}\`${plain}\`${made.slice(end)}`;
      }, text),
  );
}

/** Whether a query's rows have an order: it ends in ORDER BY, with or without LIMIT. */
export function isOrdered(tokens: readonly SqlToken[]): boolean {
  let depth = 0;
  return tokens.some(({ kind, text }, i) => {
    if (kind === "symbol" && "([".includes(text)) depth++;
    if (kind === "symbol" && ")]".includes(text)) depth--;
    return depth === 0 && kind === "word" && text === "ORDER" && tokens[i + 1]?.text === "BY";
  });
}
