/** What Spark says went wrong, and where in the SQL. */
export interface SparkMessage {
  /** Begins with the error class in brackets. */
  readonly message: string;
  /** 1-based line and 0-based column. */
  readonly place: { readonly line: number; readonly column: number } | undefined;
}

/** Takes apart what Spark's server says: a message, its SQL state, the place in the SQL, and the plan. */
export function readSparkMessage(given: string): SparkMessage {
  const [first = ""] = given.split(/\s*\bSQLSTATE: /);
  const message = first
    .split(/\n\nJVM stacktrace:|\n== SQL/)[0]
    ?.replaceAll(/`?_millrace_[0-9a-z]+_\d+`?/g, "the table")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
  return { message: ended(message ?? ""), place: placeIn(given.slice(first.length)) };
}

function placeIn(given: string): SparkMessage["place"] {
  const analysis = /; line (\d+) pos (\d+)/.exec(given) ?? /\(line (\d+), pos (\d+)\)/.exec(given);
  if (analysis !== null) return { line: Number(analysis[1]), column: Number(analysis[2]) };
  const context = /== SQL \(line (\d+), position (\d+)\) ==/.exec(given);
  return context === null ? undefined : { line: Number(context[1]), column: Number(context[2]) - 1 };
}

function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
