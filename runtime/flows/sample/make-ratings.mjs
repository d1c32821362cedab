// THE RATINGS THAT THIS WRITES ARE MADE UP. No person gave them, and no real rating was looked at.
//
//   node make-ratings.mjs [file]      writes `ratings.csv` beside this script, or the given file
//
// The same movies.csv, imdb_sample.csv and true_pairs.csv always give the same bytes: the random numbers
// are seeded, and everything after them is addition, multiplication, division and rounding, which IEEE 754
// fixes to the last bit (Math.log and its kin differ between engines, so they are not used).

import { readFileSync, writeFileSync } from "node:fs";

const SEED = 20_240_229;
const USERS = 300;
const RATINGS = 20_000;
/** No film is rated by more users than this. */
const MOST_RATED = 240;
const FIRST_DAY = Date.UTC(2020, 0, 1) / 1000;
const DAY = 86_400;

/** Films that nobody rated, so that they take no part in the comparison. The first one is in imdb_sample.csv. */
const UNRATED = [
  "Paths of Glory (1957)",
  "Kid, The (2000)",
  "Solaris (2002)",
  "Great Train Robbery, The (1903)",
  "Ordet (Word, The) (1955)",
  "I Am Cuba (Soy Cuba/Ya Kuba) (1964)",
  "Color of Pomegranates, The (Նռան գույնը) (1969)",
  "Daisies (Sedmikrásky) (1966)",
  "Pickpocket (1959)",
  "Leopard, The (Gattopardo, Il) (1963)",
  "Shop on Main Street, The (Obchod na korze) (1965)",
  "Late Spring (Banshun) (1949)",
  "Cosmos",
  "Ida (2013)",
  "Toni Erdmann (2016)",
];

/** Uniform numbers in [0, 1), 32 bits each: Tommy Ettinger's mulberry32 (public domain). */
function uniformNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Nearly normal numbers with mean 0 and variance 1: the sum of twelve uniform ones, less six. */
function normalNumbers(uniform) {
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const rows = (text) => text.trimEnd().split("\n").slice(1);

function readMovies() {
  return rows(read("movies.csv")).map((line) => {
    const [, id, quoted, plain] = /^(\d+),(?:"((?:[^"]|"")*)"|([^,]*)),/.exec(line);
    return { id: Number(id), title: quoted === undefined ? plain : quoted.replaceAll('""', '"') };
  });
}

/** The IMDB score of each film that imdb_sample.csv names, by movieId. */
function readScores() {
  const scores = new Map(
    rows(read("imdb_sample.csv")).map((line) => [line.split(";")[0], line.split(";")[3]]),
  );
  return new Map(
    rows(read("true_pairs.csv")).map((line) => {
      const [imdb, lens] = line.split(",");
      return [Number(lens), Number(scores.get(imdb))];
    }),
  );
}

/** `count` different indices of `weights`, the heavier ones more often, in ascending order. */
function choose(weights, count, uniform) {
  const sums = [];
  let total = 0;
  for (const weight of weights) {
    total += weight;
    sums.push(total);
  }
  const chosen = new Set();
  while (chosen.size < count) {
    const at = uniform() * total;
    chosen.add(sums.findIndex((sum) => at < sum));
  }
  return [...chosen].sort((a, b) => a - b);
}

function makeRatings() {
  const uniform = uniformNumbers(SEED);
  const normal = normalNumbers(uniform);
  const scores = readScores();
  const movies = readMovies();
  for (const title of UNRATED) {
    if (!movies.some((movie) => movie.title === title)) throw new Error(`movies.csv has no film "${title}".`);
  }

  const users = Array.from({ length: USERS }, () => ({
    activity: 1 / (0.1 + uniform()),
    leniency: 0.3 * normal(),
    joined: FIRST_DAY + Math.floor(uniform() * 1400 * DAY),
  }));
  const films = movies
    .filter((movie) => !UNRATED.includes(movie.title))
    .map(({ id }) => {
      const score = scores.get(id);
      const fame = 1 / (0.08 + uniform());
      return score === undefined
        ? { id, fame, quality: 3.25 + 0.45 * normal() }
        : { id, fame: 2 + 2 * fame, quality: clamp(score / 2 - 0.25 + 0.25 * normal(), 1, 4.6) };
    });

  const fame = films.reduce((sum, film) => sum + film.fame, 0);
  const activities = users.map((user) => user.activity);
  const ratings = films.flatMap((film) => {
    const count = clamp(Math.round((film.fame / fame) * RATINGS), 1, MOST_RATED);
    return choose(activities, count, uniform).map((index) => {
      const user = users[index];
      const liking = film.quality + user.leniency + 0.75 * normal();
      return {
        user: index + 1,
        movie: film.id,
        stars: clamp(Math.round(liking * 2) / 2, 0.5, 5),
        time: user.joined + Math.floor(uniform() * 200 * DAY),
      };
    });
  });
  ratings.sort((a, b) => a.user - b.user || a.movie - b.movie);
  return [
    "userId,movieId,rating,timestamp\n",
    ...ratings.map(({ user, movie, stars, time }) => `${user},${movie},${stars.toFixed(1)},${time}\n`),
  ].join("");
}

writeFileSync(process.argv[2] ?? new URL("ratings.csv", import.meta.url), makeRatings());
