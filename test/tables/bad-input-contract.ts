import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CsvOptions, Session } from "../../runtime/tables/session.ts";

const movies = { columns: { movieId: "integer", title: "string", score: "double" } } as const;
const head = "movieId,title,score\n";
const advice = 'Correct the line, or read the file with onBadRow: "reject".';

/** What is in the file, how it is read, and the whole error, in which FOLDER stands for the session's folder. */
interface BadFile {
  readonly text: string | Buffer;
  readonly options?: CsvOptions;
  readonly message: string;
}

/** Found when the table is made, from the file's first bytes. */
const badHeaders: Record<string, BadFile> = {
  "an empty file": {
    text: "",
    message: "movies.csv: is empty. A CSV file begins with a header that names its columns.",
  },
  "a file that begins with an empty line": {
    text: "\nmovieId,title,score\n",
    message: "movies.csv:1: is an empty line. A CSV file begins with a header that names its columns.",
  },
  "a binary file": {
    text: Buffer.from([0x50, 0x41, 0x52, 0x31, 0, 1, 2, 10]),
    message: "movies.csv: is a binary file, not CSV text.",
  },
  "UTF-16": {
    text: Buffer.from("\ufeffmovieId,title\n", "utf16le"),
    message: "movies.csv: is UTF-16. Save it as UTF-8.",
  },
  "a header in another encoding": {
    text: Buffer.from("movieId,título,score\n", "latin1"),
    message: "movies.csv:1: the text is not valid UTF-8. Save it as UTF-8.",
  },
  "lines that end with a carriage return alone": {
    text: "movieId,title,score\r1,x,2\r",
    message:
      "movies.csv:1: lines end with a lone carriage return. Save it with \\n or \\r\\n at the line ends.",
  },
  "a missing column with a near name": {
    text: "movieId,titel,score\n",
    message:
      'movies.csv:1: there is no column "title". The header has: movieId, titel, score. Did you mean "titel"?',
  },
  "a missing column without a near name": {
    text: "movieId,name,score\n",
    message: 'movies.csv:1: there is no column "title". The header has: movieId, name, score.',
  },
  "a column named twice": {
    text: "movieId,title,title,score\n",
    message: 'movies.csv:1: the header names "title" twice. Give the columns different names.',
  },
  "a wrong delimiter": {
    text: "movieId;title;score\n",
    message:
      'movies.csv:1: the header is a single field with the delimiter ",", but 3 fields with ";". Read the file with delimiter: ";".',
  },
  "a wrong delimiter that was asked for": {
    text: head,
    options: { ...movies, delimiter: "\t" },
    message:
      'movies.csv:1: the header is a single field with the delimiter "\\t", but 3 fields with ",". Read the file with delimiter: ",".',
  },
  "a delimiter of two characters": {
    text: head,
    options: { ...movies, delimiter: "::" },
    message: 'movies.csv: delimiter has to be one ASCII character, not "::".',
  },
  "a quote that is the delimiter": {
    text: head,
    options: { ...movies, quote: "," },
    message:
      'movies.csv: quote has to be null or one ASCII character that is neither the delimiter nor a space, not ",".',
  },
  "no columns": {
    text: head,
    options: { columns: {} },
    message: 'movies.csv: name at least one column, such as columns: { id: "integer" }.',
  },
  "an unknown type": {
    text: head,
    // A flow without type checks can say this.
    options: { columns: { movieId: "int" as "integer" } },
    message: 'movies.csv: column "movieId" can\'t be of type "int". Did you mean "integer"?',
  },
};

/** Found when rows are read. */
const badRows: Record<string, BadFile> = {
  "text where a number belongs": {
    text: `${head}1,Heat,8.3\n2,Alien,abc\n`,
    message: `movies.csv:3: "score" should be a number (double) but is "abc". ${advice}`,
  },
  "a fraction where a whole number belongs": {
    text: `${head}12.7,Heat,8.3\n`,
    message: `movies.csv:2: "movieId" should be a whole number (integer) but is "12.7". ${advice}`,
  },
  "a number out of range": {
    text: `${head}99999999999,Heat,8.3\n`,
    message: `movies.csv:2: "movieId" should be a whole number (integer) but is "99999999999". ${advice}`,
  },
  "a decimal comma": {
    text: `${head}1,Heat,"8,3"\n`,
    message: `movies.csv:2: "score" should be a number (double) but is "8,3". ${advice}`,
  },
  "a quote in a value": {
    text: `${head}1,Heat,"8""3"\n`,
    message: `movies.csv:2: "score" should be a number (double) but is "8\\"\\"3". ${advice}`,
  },
  "too many fields": {
    text: `${head}1,Heat,8.3\n2,Good, Bad, Ugly,8.8\n`,
    message: `movies.csv:3: 5 fields, but the header has 3. ${advice}`,
  },
  "too few fields": {
    text: `${head}1,Heat\n`,
    message: `movies.csv:2: 2 fields, but the header has 3. ${advice}`,
  },
  "too few fields after rows of several lines": {
    text: `${head}1,"He\n\nat",8.3\n\n\n2\n`,
    message: `movies.csv:7: 1 field, but the header has 3. ${advice}`,
  },
  "a line of spaces": {
    text: `${head}1,Heat,8.3\n   \n`,
    message: `movies.csv:3: 1 field, but the header has 3. ${advice}`,
  },
  "a quote that never closes": {
    text: `${head}1,Heat,8.3\n2,"Alien,8.5\n3,Up,8.2\n`,
    message: `movies.csv:3: a quote is opened and never closed. ${advice}`,
  },
  "text after a closing quote": {
    text: `${head}1,"Heat" (1995),8.3\n`,
    message: `movies.csv:2: field 2 has text after its closing quote. ${advice}`,
  },
  "another encoding deep in the file": {
    text: Buffer.concat([Buffer.from(`${head}1,Heat,8.3\n`), Buffer.from("2,Am\xe9lie,8.3\n", "latin1")]),
    message: `movies.csv:3: the text is not valid UTF-8. ${advice}`,
  },
  "line ends of two kinds": {
    text: "movieId,title,score\r\n1,Heat,8.3\r\n2,Alien,8.5\n3,Up,8.2\r\n",
    message: `movies.csv:3: the line ends with \\n, the header with \\r\\n. ${advice}`,
  },
  "a wrong boolean": {
    text: "flag\ntrue\nyes\n",
    options: { columns: { flag: "boolean" } },
    message: `movies.csv:3: "flag" should be true or false (boolean) but is "yes". ${advice}`,
  },
  "a day that there isn't": {
    text: "day\n2024-02-29\n2026-02-29\n",
    options: { columns: { day: "date" } },
    message: `movies.csv:3: "day" should be a date (yyyy-mm-dd) but is "2026-02-29". ${advice}`,
  },
  "a timestamp in words": {
    text: "at\n2026-11-23 10:20:30\nnow\n",
    options: { columns: { at: "timestamp" } },
    message: `movies.csv:3: "at" should be a timestamp (yyyy-mm-dd hh:mm:ss) but is "now". ${advice}`,
  },
};

/**
 * What every engine says of bad input.
 * @param open opens a session whose relative paths are relative to the folder.
 */
export function describeBadInput(name: string, open: (folder: string) => Promise<Session>): void {
  describe(`Bad input to a session of ${name}`, () => {
    let folder: string;
    let session: Session;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "millrace-tables-"));
    });

    beforeEach(async () => {
      session = await open(folder);
    });

    afterEach(() => session[Symbol.asyncDispose]());

    after(() => rm(folder, { recursive: true, force: true }));

    const failsWith = (call: Promise<unknown>, message: string) =>
      assert.rejects(call, (error: Error) => {
        assert.equal(error.message.replaceAll(folder, "FOLDER"), message);
        assert.equal(error.name, "TableError");
        return true;
      });

    describe("is named when the table is made:", () => {
      for (const [what, { text, options = movies, message }] of Object.entries(badHeaders)) {
        it(what, async () => {
          await writeFile(join(folder, "movies.csv"), text);
          await failsWith(session.readCsv("movies.csv", options), message);
        });
      }

      it("a missing file", async () => {
        await writeFile(join(folder, "movies.csv"), head);
        await failsWith(
          session.readCsv("movie.csv", movies),
          'movie.csv: there is no such file in FOLDER. Did you mean "movies.csv"?',
        );
        await failsWith(
          session.readCsv("nowhere/movies.csv", movies),
          "nowhere/movies.csv: there is no such file, and no folder FOLDER/nowhere.",
        );
        await failsWith(
          session.readCsv("/nowhere/movies.csv", movies),
          "/nowhere/movies.csv: there is no such file, and no folder /nowhere.",
        );
      });

      it("a folder without files", async () => {
        await mkdir(join(folder, "ratings.csv"));
        await failsWith(
          session.readCsv("ratings.csv", movies),
          "ratings.csv: is a folder without files to read, whose names end in .csv, .tsv or .txt, or .gz after that.",
        );
      });

      it("Parquet that isn't there or isn't Parquet", async () => {
        await failsWith(
          session.readParquet("none.parquet"),
          "none.parquet: there is no such file in FOLDER.",
        );
        await mkdir(join(folder, "hollow"), { recursive: true });
        await failsWith(session.readParquet("hollow"), "hollow: is a folder without Parquet files.");
        await writeFile(join(folder, "text.parquet"), "this is no Parquet file");
        await failsWith(session.readParquet("text.parquet"), "text.parquet: is not a Parquet file.");
      });
    });

    describe("is named with its line when rows are read:", () => {
      for (const [what, { text, options = movies, message }] of Object.entries(badRows)) {
        it(what, async () => {
          await writeFile(join(folder, "movies.csv"), text);
          const table = await session.readCsv("movies.csv", options);
          await failsWith(table.rows(), message);
          await failsWith((await session.sql`SELECT * FROM ${table}`).writeParquet("out"), message);
          const rejecting = await session.readCsv("movies.csv", { ...options, onBadRow: "reject" });
          const [first] = await session.rejects(rejecting);
          assert.equal(`movies.csv:${first?.line}: ${first?.reason}. ${advice}`, message);
          await rejecting.rows();
        });
      }

      it("a file that has gone since", async () => {
        await writeFile(join(folder, "gone.csv"), `${head}1,Heat,8.3\n`);
        const table = await session.readCsv("gone.csv", movies);
        await rm(join(folder, "gone.csv"));
        await failsWith(table.rows(), "gone.csv: there is no such file in FOLDER.");
      });
    });
  });
}
