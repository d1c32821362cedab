import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { badRowError, mostRejects } from "../bad-rows.ts";
import type { CsvTexts } from "../csv-reading.ts";
import { noFile } from "../no-file.ts";
import type { CsvColumns, CsvOptions, CsvType, RejectedRow } from "../session.ts";
import type { Source } from "../source.ts";
import { TableError } from "../table-error.ts";
import { readCsvHeader } from "./csv-header.ts";
import { type CsvProof, isProvable, proveCsv } from "./csv-proof.ts";
import { type BadRow, type CsvFormat, longestRow, scanCsv } from "./csv-scan.ts";
import { csvValueRule } from "./csv-values.ts";
import { hasByte } from "./has-byte.ts";
import { literal, pathLiteral, quoted } from "./quoting.ts";

/** Of a file of more bytes the query doesn't wait for what the pass over its bytes shows. */
const largeFile = 16 << 20;

/** So many of its bytes tell whether it is likely to have quotes. */
const lookedInto = 4 << 20;

/** How the engine reads a file: which columns by their types, and whether it is to take care of quotes. */
interface CsvReading extends CsvProof {
  readonly isRight: Promise<boolean>;
}

/** A query that gives a CSV file's columns. */
export interface CsvQuery {
  readonly sql: string;
  /** Whether its rows are right, once it has run; where they aren't, the next query's are. */
  readonly isRight: Promise<boolean>;
}

/**
 * A CSV file as the engine reads it.
 *
 * DuckDB's parser does the reading, with nothing left for it to guess: fields come as text and become
 * values by our own rules, and only of the columns that a query needs. Where a pass over the file's bytes has
 * shown that DuckDB's reading of a column's type takes nothing but what our rules take, that is used, which
 * takes half of the time; and where it fails then, the rules say what happens. A large file is read so while the pass
 * goes on, and read again where that shows something else. DuckDB's own handling of bad rows is
 * not used, since what it leaves out depends on the columns that a query reads. Instead, a file with
 * `onBadRow: "reject"` is scanned once before it is read; if it has bad rows, the engine reads a copy
 * without them. With `onBadRow: "fail"` the scan runs only after the engine has failed, to name the line.
 *
 * For that the engine has to fail on each bad row, whatever a query reads. It does not where it leaves columns
 * out: a field too many that is quoted and holds a quote is looked up past the end of its list of columns to
 * read (StringValueResult::AddPossiblyEscapedValue in 1.5), and found to be one to leave out as chance has it.
 * So of a file with quotes it reads all columns.
 */
export class CsvView {
  readonly source: Source;
  readonly options: CsvOptions;
  readonly #tempFolder: string;
  readonly #signal: () => AbortSignal | undefined;
  #format: Promise<CsvFormat> | undefined;
  #scanned: Promise<readonly BadRow[]> | undefined;
  #copy: Promise<string> | undefined;
  #hasQuotes: Promise<boolean> | undefined;
  #proof: Promise<CsvProof | undefined> | undefined;
  #byRules = false;

  constructor(
    source: Source,
    options: CsvOptions,
    session: { readonly tempFolder: string; readonly signal: () => AbortSignal | undefined },
  ) {
    this.source = source;
    this.options = options;
    this.#tempFolder = session.tempFolder;
    this.#signal = session.signal;
  }

  get path(): string {
    return this.source.path;
  }

  /** The path as errors name it. */
  get shown(): string {
    return this.source.shown;
  }

  /** Reads the header, once. */
  checkHeader(): Promise<CsvFormat> {
    this.#format ??= readCsvHeader(this.path, this.shown, this.options);
    return this.#format;
  }

  /** A query that gives the columns. */
  async query(): Promise<CsvQuery> {
    const format = await this.checkHeader();
    if (this.options.onBadRow === "reject" && (await this.#scan()).length > 0)
      this.#copy ??= this.#writeCopy();
    const copy = await this.#copy;
    const { typed, hasQuotes, isRight } =
      copy === undefined && !this.#byRules ? await this.#reading(format) : await this.#byOurRules(format);
    const types = format.fields.map(({ type }, i) => {
      const isTyped = typed.has(i) && isProvable(type);
      return `'c${i}': '${isTyped ? csvValueRule(type)?.engineType : "VARCHAR"}'`;
    });
    const options = [
      "auto_detect = false",
      "compression = 'none'", // whatever the file's name ends in
      `header = ${format.reading.hasHeader}`,
      "skip = 0",
      `delim = ${literal(format.delimiter)}`,
      `quote = ${literal(format.quote ?? "")}`,
      `escape = ${literal(format.quote ?? "")}`,
      "comment = ''",
      "nullstr = ''",
      "allow_quoted_nulls = false",
      "strict_mode = true",
      "null_padding = false",
      "ignore_errors = false",
      `max_line_size = ${longestRow}`,
      `columns = {${types.join(", ")}}`,
      // The copy is known to be good, and one thread reads it, so that no line break in quotes can mislead it.
      ...(copy === undefined ? [] : ["parallel = false"]),
    ];
    // Inferred columns were found out before.
    const columns = Object.entries(this.options.columns as CsvColumns).map(([name, type]) => {
      const index = format.fields.findIndex((field) => field.name === name);
      return `${typed.has(index) ? `c${index}` : valueSql(name, type, `c${index}`, format.reading)} AS ${quoted(name)}`;
    });
    const rows = rowFilter(format, hasQuotes);
    const sql = `SELECT ${columns.join(", ")} FROM read_csv(${pathLiteral(copy ?? this.path)}, ${options.join(", ")})${rows}`;
    return { sql, isRight };
  }

  /** How the engine is to read the file: as is likely, while it isn't known what the pass over its bytes shows. */
  async #reading(format: CsvFormat): Promise<CsvReading> {
    const { hasHeader, nullValues, commas } = format.reading;
    const isPlain = hasHeader && nullValues.length === 0 && !commas;
    const provable = new Set(
      format.fields.flatMap(({ type }, i) => (isPlain && isProvable(type) ? [i] : [])),
    );
    if (provable.size === 0) return this.#byOurRules(format);
    const mayWait =
      this.#proof !== undefined || (await this.#whileReading(stat(this.path))).size <= largeFile;
    const proof = this.#prove(format);
    proof.catch(() => {}); // told to whoever awaits it: nobody does once something else has failed
    if (!mayWait) {
      const hasQuotes = await this.#hasQuote(format, lookedInto);
      const isRight = proof.then(
        (shown) => shown?.typed.size === provable.size && (hasQuotes || !shown.hasQuotes),
      );
      isRight.catch(() => {});
      return { typed: provable, hasQuotes, isRight };
    }
    const shown = await proof;
    return shown === undefined ? this.#byOurRules(format) : { ...shown, isRight: Promise.resolve(true) };
  }

  async #byOurRules(format: CsvFormat): Promise<CsvReading> {
    this.#hasQuotes ??= this.#hasQuote(format);
    return { typed: new Set(), hasQuotes: await this.#hasQuotes, isRight: Promise.resolve(true) };
  }

  /** @param limit how many bytes are looked at. */
  async #hasQuote({ fields, quote }: CsvFormat, limit?: number): Promise<boolean> {
    if (quote === null || fields.length === 1) return false;
    return this.#whileReading(hasByte(this.path, quote.charCodeAt(0), this.#signal(), limit));
  }

  async #prove(format: CsvFormat): Promise<CsvProof | undefined> {
    this.#proof ??= this.#whileReading(proveCsv(this.path, format, this.#signal())).catch(
      (error: unknown) => {
        this.#proof = undefined; // who asks next may not be cancelled
        throw error;
      },
    );
    return this.#proof;
  }

  /**
   * Has all values made by our own rules, after the engine's own reading has failed: that fails on rows too that a query
   * leaves out.
   * @returns false if they are already.
   */
  async readByRules(): Promise<boolean> {
    const proof = await this.#proof;
    if (this.#byRules || proof === undefined || proof.typed.size === 0) return false;
    this.#byRules = true;
    return true;
  }

  /** The rows that are left out. */
  async rejects(): Promise<RejectedRow[]> {
    if (this.options.onBadRow !== "reject")
      throw new TableError(
        `${this.shown}: has no rejects, since a bad row is an error. Read the file with onBadRow: "reject".`,
      );
    await this.source.place();
    return (await this.#scan()).map(({ line, reason, text }) => ({ file: this.shown, line, reason, text }));
  }

  /** The error for the file's first bad row, if it has one. */
  async firstProblem(): Promise<TableError | undefined> {
    let problem: TableError | undefined;
    await this.#scanFile((bad) => {
      problem = badRowError(this.shown, bad);
      return false;
    });
    return problem;
  }

  /**
   * Has the engine read a copy, after it could not make out the rows of a good file.
   * @returns false if it does so already.
   */
  async readCopy(): Promise<boolean> {
    if (this.#copy !== undefined) return false;
    this.#copy = this.#writeCopy();
    await this.#copy;
    return true;
  }

  async dispose(): Promise<void> {
    const copy = await this.#copy?.catch(() => undefined); // a copy that failed has removed itself
    if (copy !== undefined) await rm(copy, { force: true });
  }

  #scan(): Promise<readonly BadRow[]> {
    this.#scanned ??= this.#collectBadRows();
    return this.#scanned;
  }

  async #collectBadRows(): Promise<readonly BadRow[]> {
    const bad: BadRow[] = [];
    await this.#scanFile((row) => bad.push(row) <= mostRejects);
    if (bad.length > mostRejects)
      throw new TableError(
        `${this.shown}: more than ${mostRejects} rows can't be read, the first one in line ${bad[0]?.line}: ${bad[0]?.reason}. Check the columns' types and the delimiter.`,
      );
    return bad;
  }

  /** Writes the good rows to a file of their own, without the empty lines between them. */
  async #writeCopy(): Promise<string> {
    const copy = join(this.#tempFolder, `millrace-${randomUUID()}.csv`);
    const left: { start: number; end: number }[] = [];
    await this.#scanFile(
      (row) => left.push(row) > 0,
      (start, end) => left.push({ start, end }),
    );
    try {
      await pipeline(this.#without(left), createWriteStream(copy));
    } catch (error) {
      await rm(copy, { force: true });
      const { code, message } = error as NodeJS.ErrnoException; // streams fail with those
      throw new TableError(
        code === "ENOSPC"
          ? `${this.shown}: the disk is full while its good rows are copied to ${this.#tempFolder}. Make room, then run it again.`
          : `${this.shown}: its good rows can't be copied to ${this.#tempFolder} (${message}).`,
      );
    }
    return copy;
  }

  async #scanFile(
    visit: (row: BadRow) => boolean,
    onEmptyLine: (start: number, end: number) => void = () => {},
  ): Promise<void> {
    const format = await this.checkHeader();
    await this.#whileReading(scanCsv(this.path, format, visit, { signal: this.#signal(), onEmptyLine }));
  }

  async #whileReading<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#signal()?.throwIfAborted();
      throw await noFile(this.path, this.shown, error as NodeJS.ErrnoException); // reading files rejects with those
    }
  }

  async *#without(left: readonly { readonly start: number; readonly end: number }[]): AsyncGenerator<Buffer> {
    let from = 0;
    const { size } = await stat(this.path);
    for (const { start, end } of [...left, { start: size, end: size }]) {
      if (start > from)
        yield* createReadStream(this.path, { start: from, end: start - 1, highWaterMark: 1 << 20 });
      from = end;
    }
  }
}

function rowFilter({ fields }: CsvFormat, hasQuotes: boolean): string {
  // An empty line is a row to DuckDB if there is but one column.
  if (fields.length === 1) return " WHERE c0 IS NOT NULL";
  if (!hasQuotes) return "";
  // True of every row, which the optimizer doesn't find out, and so takes for a use of the columns.
  return ` WHERE ${fields.map((_, i) => `(c${i} IS NULL) IS NOT NULL`).join(" AND ")}`;
}

/** Empty text is null but in a string column, where only an empty field without quotes is null. */
function valueSql(name: string, type: CsvType, text: string, reading: CsvTexts): string {
  const rule = csvValueRule(type, reading);
  const nulls = reading.nullValues.map(literal);
  if (rule === undefined)
    return nulls.length === 0 ? text : `CASE WHEN ${text} NOT IN (${nulls.join(", ")}) THEN ${text} END`;
  const wrong = literal(`${JSON.stringify(name)} should be ${rule.expected} but is `);
  return (
    `CASE WHEN ${text} IS NULL OR ${text} IN (${["''", ...nulls].join(", ")}) THEN NULL ` +
    `ELSE coalesce(${rule.sql(text)}, CAST(error(${wrong} || to_json(${text})) AS ${rule.engineType})) END`
  );
}
