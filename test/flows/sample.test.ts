import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const sample = fileURLToPath(new URL("../../runtime/flows/sample/", import.meta.url));
const read = (name: string) => readFile(join(sample, name), "utf8");

/** The fields of each line after the header, whose text is checked. Quoting as in RFC 4180, no line breaks in fields. */
async function rows(name: string, header: string, delimiter = ","): Promise<string[][]> {
  const text = await read(name);
  assert.ok(text.endsWith("\n") && !text.includes("\r"), `${name} has LF line ends, also on its last line`);
  const [first, ...lines] = text.slice(0, -1).split("\n");
  assert.equal(first, header);
  const field = new RegExp(`(?:^|${delimiter})(?:"((?:[^"]|"")*)"|([^${delimiter}"]*))`, "g");
  return lines.map((line) =>
    [...line.matchAll(field)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ""),
  );
}

const movies = () => rows("movies.csv", "movieId,title,genres");
const ratings = () => rows("ratings.csv", "userId,movieId,rating,timestamp");
const imdb = () => rows("imdb_sample.csv", "Id;Title;Tags;ImdbScore;Evaluator;Seen;Score", ";");
const truePairs = () => rows("true_pairs.csv", "IMDB_Id,Lens_Id");

const column = (table: string[][], index: number) => table.map((row) => row[index] ?? "");

describe("the sample data", () => {
  it("numbers films and IMDB rows from 1, three and seven fields each, no film twice", async () => {
    for (const [table, width] of [
      [await movies(), 3],
      [await imdb(), 7],
    ] as const) {
      assert.deepEqual(
        column(table, 0),
        table.map((_, index) => String(index + 1)),
      );
      assert.deepEqual([...new Set(table.map((row) => row.length))], [width]);
    }
    const titles = column(await movies(), 1);
    assert.deepEqual(
      titles.filter((title, index) => titles.indexOf(title) !== index),
      [],
    );
  });

  it("writes titles as GroupLens does: year last, article behind, quotes doubled", async () => {
    const titles = column(await movies(), 1);
    assert.deepEqual(
      titles.filter((title) => !/ \((19|20)\d\d\)$/.test(title)),
      ["Cosmos", "In Bruges (2008) ", "Blade Runner 2049"],
    );
    assert.deepEqual(
      titles.filter((title) => /^(The|An?) /.test(title)),
      [],
    );
    assert.match(await read("movies.csv"), /^261,"""Crocodile"" Dundee \(1986\)",/m);
  });

  it("has films of one title in several years", async () => {
    const years = new Map<string, string[]>();
    for (const title of column(await movies(), 1)) {
      const [, name, year] = /^(.*?)(?: \(a\.k\.a\..*\))? \((\d{4})\)$/.exec(title) ?? [];
      if (name !== undefined && year !== undefined) years.set(name, [...(years.get(name) ?? []), year]);
    }
    assert.deepEqual(
      [...years]
        .filter(([, several]) => several.length > 1)
        .map(([name, several]) => `${name}: ${several.join(", ")}`)
        .sort(),
      [
        "12 Angry Men: 1957, 1997",
        "Cape Fear: 1962, 1991",
        "Dawn of the Dead: 1978, 2004",
        "Hamlet: 1948, 1996",
        "Kid, The: 1921, 2000",
        "King Kong: 1933, 1976, 2005",
        "Ocean's Eleven: 1960, 2001",
        "Psycho: 1960, 1998",
        "Sabrina: 1954, 1995",
        "Scarface: 1932, 1983",
        "True Grit: 1969, 2010",
      ],
    );
  });

  it("rates with half stars from 0.5 to 5, each film at most once by a user, in GroupLens's order", async () => {
    const table = await ratings();
    const known = new Set(column(await movies(), 0));
    const keys = table.map(([user, movie]) => Number(user) * 1000 + Number(movie));
    assert.ok(keys.every((key, index) => index === 0 || key > (keys[index - 1] ?? key)));
    assert.deepEqual(
      column(table, 1).filter((movie) => !known.has(movie)),
      [],
    );
    assert.deepEqual([...new Set(column(table, 2))].sort(), [
      "0.5",
      "1.0",
      "1.5",
      "2.0",
      "2.5",
      "3.0",
      "3.5",
      "4.0",
      "4.5",
      "5.0",
    ]);
    assert.equal(new Set(column(table, 0)).size, 300);
    assert.equal(table.length, 19_937);
  });

  it("leaves 15 films without a rating, one of which the IMDB rows name", async () => {
    const rated = new Set(column(await ratings(), 1));
    const unrated = (await movies()).filter(([id]) => !rated.has(id ?? ""));
    const named = new Set(column(await truePairs(), 1));
    assert.equal(unrated.length, 15);
    assert.deepEqual(
      column(
        unrated.filter(([id]) => named.has(id ?? "")),
        1,
      ),
      ["Paths of Glory (1957)"],
    );
  });

  it("rates the films of the IMDB rows near, but not at, half their IMDB score", async () => {
    const stars = new Map<string, number[]>();
    for (const [, movie = "", rating] of await ratings()) {
      const known = stars.get(movie);
      if (known) known.push(Number(rating));
      else stars.set(movie, [Number(rating)]);
    }
    const scores = new Map((await imdb()).map((row) => [row[0] ?? "", Number(row[3])]));
    const differences = (await truePairs()).flatMap(([imdbId = "", lensId = ""]) => {
      const given = stars.get(lensId);
      if (!given) return [];
      const mean = given.reduce((sum, value) => sum + value, 0) / given.length;
      return [mean - (scores.get(imdbId) ?? Number.NaN) / 2];
    });
    assert.equal(differences.length, 100);
    assert.ok(differences.every((difference) => difference !== 0 && Math.abs(difference) < 1));
  });

  it("scores IMDB rows from 0 to 10 and takes nobody's opinion over", async () => {
    const table = await imdb();
    assert.ok(column(table, 3).every((score) => /^\d(\.\d)?$/.test(score)));
    assert.deepEqual([...new Set(table.map((row) => row.slice(4).join(";")))], ["User;0;0"]);
  });

  it("names a true pair for every IMDB row but those whose film is not in movies.csv", async () => {
    const pairs = new Map((await truePairs()).map(([imdbId = "", lensId]) => [imdbId, lensId]));
    const alone = (await imdb()).filter(([id = ""]) => !pairs.has(id));
    assert.deepEqual(column(alone, 1), ["Batman & Robin", "The Room", "Oppenheimer"]);
    const ids = new Set(column(await movies(), 0));
    assert.ok([...pairs.values()].every((id) => ids.has(id ?? "")));
  });

  it("gets the same ratings, byte for byte, whenever they are made again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-sample-"));
    try {
      const file = join(folder, "ratings.csv");
      await promisify(execFile)(process.execPath, [join(sample, "make-ratings.mjs"), file]);
      assert.ok((await readFile(file)).equals(await readFile(join(sample, "ratings.csv"))));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is small enough to ship: under 700 kB", async () => {
    const sizes = await Promise.all(
      (await readdir(sample)).map(async (name) => (await stat(join(sample, name))).size),
    );
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 700_000);
  });
});
