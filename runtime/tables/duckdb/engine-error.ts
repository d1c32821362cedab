import { TableError } from "../table-error.ts";

/** What DuckDB says went wrong. */
export interface EngineProblem {
  /** DuckDB's class of errors, such as "Binder", "Conversion", "Out of Memory". */
  readonly type: string;
  readonly message: string;
  /** Offset in the statement's UTF-8 text. */
  readonly position: number | undefined;
}

/** Reads an error of a connection that has `errors_as_json` set. */
export function engineProblem(error: unknown): EngineProblem {
  const given = error instanceof Error ? error.message : String(error);
  const text = given.replace(/^Failure running pending result task: /, "");
  const brace = text.indexOf("{");
  if (brace !== -1) {
    try {
      const parsed = JSON.parse(text.slice(brace)) as Record<string, string>; // DuckDB writes only strings
      if (parsed.exception_message !== undefined) {
        return {
          type: parsed.exception_type ?? "",
          message: parsed.exception_message,
          position: parsed.position === undefined ? undefined : Number(parsed.position),
        };
      }
    } catch (notJson) {
      if (!(notJson instanceof SyntaxError)) throw notJson;
    }
  }
  const match = /^([\w ]+?) Error: ([\s\S]*)$/.exec(text);
  return { type: match?.[1] ?? "", message: match?.[2] ?? text, position: undefined };
}

/**
 * The error for a user.
 * @param what begins the sentence, such as "ratings.csv" or "Writing output/final_result".
 */
export function tableError(error: unknown, what: string): TableError {
  if (error instanceof TableError) return error;
  const { type, message } = engineProblem(error);
  const text = cleaned(message);
  // Said by our own SQL, which knows the file.
  if (/: the column ".*" has a time with nanoseconds/.test(text)) return new TableError(text);
  const notParquet = /(?:at end of file|Metadata of file|^file) '(.*)'/i.exec(text)?.[1];
  if (type === "Out of Memory")
    return new TableError(
      `${what}: the engine's memory is used up (${text}). Read fewer columns or rows at once, or raise the memory limit.`,
    );
  if (/No space left on device|disk space|max_temp_directory_size/i.test(text))
    return new TableError(`${what}: the disk is full. Make room, then run it again.`);
  if (/Max expression depth limit/.test(text))
    return new TableError(
      `${what}: the query is made of more tables or expressions inside each other than the engine takes. Bring many tables together with session.union(tables), or have tasks return what is computed in between.`,
    );
  if (/No magic bytes found|too small to be a Parquet file/i.test(text))
    return new TableError(`${notParquet ?? what}: is not a Parquet file.`);
  if (/Permission denied/i.test(text)) return new TableError(`${what}: permission denied (${text}).`);
  return new TableError(`${what}: ${text}`);
}

/** The message as a sentence: without advice about DuckDB's settings, and without names that only we use. */
export function cleaned(message: string): string {
  const [first = "", ...more] = message
    .replace(/\n\s*\n[\s\S]*$/, "")
    .replaceAll(/"?_millrace_\d+"?\./g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^LINE \d+:|^\^$/.test(line));
  const parts = [first, ...more].map((line) => line.replace(/[!.]$/, ""));
  return `${parts.join(". ")}${/[?]$/.test(parts.at(-1) ?? "") ? "" : "."}`;
}

/** The error for what isn't on this machine. */
export function remoteError(error: unknown, shown: string): TableError {
  if (error instanceof TableError) return error;
  const text = cleaned(engineProblem(error).message.split("\n")[0] ?? "");
  const status = /\(HTTP (\d{3})|HTTP (?:Error: )?(?:code )?(\d{3})|HTTP GET error.*?(\d{3})/i
    .exec(text)
    ?.slice(1)
    .find(Boolean);
  if (status === "403" || /Access ?Denied|Forbidden/i.test(text))
    return new TableError(
      `${shown}: access is denied. Give the keys by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile by AWS_PROFILE.`,
    );
  if (status === "404" || /No files found/i.test(text))
    return new TableError(`${shown}: there is nothing there.`);
  return new TableError(`${shown}: ${text}`);
}
