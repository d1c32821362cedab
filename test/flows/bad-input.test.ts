import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cli, makeRoom, removeRoom } from "../cli/cli.ts";

const sample = fileURLToPath(new URL("../../runtime/flows/sample", import.meta.url));

interface Case {
  readonly name: string;
  /** What is done to a copy of the sample in `data/` before. */
  readonly change?: (room: string) => void;
  readonly options?: readonly string[];
  readonly code: 1 | 2;
  /** The whole of what is said of it, once. */
  readonly says: string;
}

const data = (room: string, file: string) => join(room, "data", file);
const edit = (file: string, change: (text: string) => string) => (room: string) =>
  writeFileSync(data(room, file), change(readFileSync(data(room, file), "utf8")));
/** Replaces a line, counted from 1. */
const line = (file: string, number: number, text: string) =>
  edit(file, (all) =>
    all
      .split("\n")
      .with(number - 1, text)
      .join("\n"),
  );

const cases: readonly Case[] = [
  {
    name: "a missing folder",
    options: ["--input", "nowhere"],
    code: 1,
    says: "Loading GroupLens movies-0: 'nowhere/movies.csv: there is no such file, and no folder <folder>/nowhere.'",
  },
  {
    name: "a missing file",
    change: (room) => rmSync(data(room, "ratings.csv")),
    code: 1,
    says: "Loading GroupLens rating-0: 'data/ratings.csv: there is no such file in <folder>/data.'",
  },
  {
    name: "a folder in place of a file",
    change: (room) => {
      rmSync(data(room, "movies.csv"));
      mkdirSync(data(room, "movies.csv"));
    },
    code: 1,
    says: "Loading GroupLens movies-0: 'data/movies.csv: is a folder without files to read, whose names end in .csv, .tsv or .txt, or .gz after that.'",
  },
  {
    name: "an empty file",
    change: edit("movies.csv", () => ""),
    code: 1,
    says: "Loading GroupLens movies-0: 'data/movies.csv: is empty. A CSV file begins with a header that names its columns.'",
  },
  {
    name: "a binary file",
    change: edit("imdb_sample.csv", () => "\u0000\u0001PNG\u0000"),
    code: 1,
    says: "Loading IMDB sample movies-0: 'data/imdb_sample.csv: is a binary file, not CSV text.'",
  },
  {
    name: "a missing column",
    change: line("ratings.csv", 1, "userId,movieId,stars,timestamp"),
    code: 1,
    says: "Loading GroupLens rating-0: 'data/ratings.csv:1: there is no column \"rating\". The header has: userId, movieId, stars, timestamp.'",
  },
  {
    name: "a wrong delimiter",
    change: edit("ratings.csv", (text) => text.replaceAll(",", ";")),
    code: 1,
    says: 'Loading GroupLens rating-0: \'data/ratings.csv:1: the header is a single field with the delimiter ",", but 4 fields with ";". Read the file with delimiter: ";".\'',
  },
  {
    name: "text where a number belongs",
    change: line("ratings.csv", 17, "1,5,good,1"),
    code: 1,
    says: 'Average rating for the movies-0: \'data/ratings.csv:17: "rating" should be a number (double) but is "good". Correct the line, or read the file with onBadRow: "reject".\'',
  },
  {
    name: "too many fields",
    change: line("movies.csv", 9, "8,Heat (1995),Action,Crime"),
    code: 1,
    says: "Loading GroupLens movies-0: 'data/movies.csv:9: 4 fields, but the header has 3. Correct the line, or read the file with onBadRow: \"reject\".'",
  },
  {
    name: "duplicate ids",
    change: edit("movies.csv", (text) => `${text}1,Again (2000),Drama\n`),
    code: 1,
    says: "Loading GroupLens movies-0: \"data/movies.csv: 'movieId' is the same in several rows: 1 (2 rows). Give each row a value of its own.\"",
  },
  {
    name: "invalid UTF-8",
    change: (room) => {
      const path = data(room, "imdb_sample.csv");
      writeFileSync(
        path,
        Buffer.concat([readFileSync(path), Buffer.from("900;Am\xe9lie;Drama;8;User;0;0\n", "latin1")]),
      );
    },
    code: 1,
    says: "Loading IMDB sample movies-0: 'data/imdb_sample.csv:106: the text is not valid UTF-8. Correct the line, or read the file with onBadRow: \"reject\".'",
  },
  {
    name: "an output folder that can't be written",
    options: ["--output", "/sys/kernel/output"],
    code: 1,
    says: 'Saving the similarity join results-0: "/sys/kernel/output/final_result: can\'t be written, since /sys/kernel is not writable. Check its permissions, or write to another path."',
  },
  {
    name: "an output folder where there can be none",
    options: ["--output", "/proc/millrace/output"],
    code: 1,
    says: 'Saving the similarity join results-0: "/proc/millrace/output/final_result: can\'t be written, since /proc takes no folders. Write to another path."',
  },
  {
    name: "an output that is a file",
    change: (room) => writeFileSync(join(room, "taken"), "a file"),
    options: ["--output", "taken"],
    code: 1,
    says: 'Saving the similarity join results-0: "taken/final_result: can\'t be written, since a part of its path is a file."',
  },
  {
    name: "no rating at all",
    change: edit("ratings.csv", (text) => `${text.split("\n")[0]}\n`),
    code: 1,
    says: "Training the data preprocessing pipeline-0: 'No movie of movies.csv has a rating in ratings.csv: there is nothing to match with.'",
  },
  {
    name: "a threshold above 1",
    options: ["-t", "1.5"],
    code: 2,
    says: "error: Parameter 'threshold' is 1.5: Too big: expected number to be <=1.",
  },
  {
    name: "a threshold that is no number",
    options: ["-t", "much"],
    code: 2,
    says: "error: Parameter 'threshold' is 'much': give a number.",
  },
  {
    name: "an unknown option",
    options: ["--treshold", "1"],
    code: 2,
    says: "error: unknown option '--treshold'\n(Did you mean --threshold?)",
  },
  {
    name: "an unknown method",
    options: ["--method", "exactly"],
    code: 2,
    says: 'error: Parameter \'method\' is "exactly": Invalid option: expected one of "exact"|"minhash".',
  },
];

describe("the movie flow, given bad input", function () {
  this.timeout(30_000);

  for (const { name, change, options = [], code, says } of cases) {
    it(`says of ${name} what, where, and what to do`, async () => {
      const room = makeRoom();
      try {
        cpSync(sample, join(room, "data"), { recursive: true });
        change?.(room);
        const result = await cli(["run", "movie-ratings", "--input", "data", ...options], { cwd: room });
        const said = complaint(result.stdout, result.stderr, room);
        if (process.env.SHOW) console.log(JSON.stringify(said));
        assert.deepEqual({ code: result.code, said }, { code, said: says });
        assert.doesNotMatch(result.stdout + result.stderr, /^\s+at .*(dist|node:internal|node_modules)/m);
        assert.ok(!existsSync(join(room, "output_data")), "something half-written is left");
      } finally {
        removeRoom(room);
      }
    });
  }

  for (const [name, change] of [
    ["CRLF line ends", (text: string) => text.replaceAll("\n", "\r\n")],
    ["a byte order mark", (text: string) => `\uFEFF${text}`],
  ] as const) {
    it(`takes ${name}`, async () => {
      const room = makeRoom();
      try {
        cpSync(sample, join(room, "data"), { recursive: true });
        for (const file of ["movies.csv", "ratings.csv", "imdb_sample.csv"]) edit(file, change)(room);
        const { code, stdout } = await cli(["run", "movie-ratings", "--input", "data"], { cwd: room });
        assert.equal(code, 0, stdout);
        assert.match(stdout, /Saved 112 rows/);
      } finally {
        removeRoom(room);
      }
    });
  }
});

/** What a run of wrong use says on stderr, or the task that failed in its log, the first by name of several. */
function complaint(stdout: string, stderr: string, room: string): string {
  const failed = [...stdout.matchAll(/Task run '(.*)' - Finished in state Failed\((.*)\)$/gm)];
  const [first] = failed.map(([, task, message]) => `${task}: ${message}`).sort();
  const text = first ?? stderr;
  return text.replaceAll(room, "<folder>").trim();
}
