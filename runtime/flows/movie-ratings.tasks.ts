import { join } from "node:path";
import {
  artifact,
  type Database,
  log,
  type Session,
  type SimilarityJoinOptions,
  type Table,
  type Transformer,
  task,
  UserError,
} from "millrace";

/** Spark's default seed of MinHashLSH: the hash of its class name. */
export const sparkSeed = 328_749_633;

/** What training gives: the stages that make features of titles, and how those are joined. Plain data. */
export interface TitleModel {
  readonly stages: readonly Transformer[];
  readonly join: SimilarityJoinOptions["method"];
}

export const loadMovies = task("Loading GroupLens movies", async (session: Session, folder: string) => {
  const path = join(folder, "movies.csv");
  const movies = await session.readCsv(path, { columns: { movieId: "long", title: "string" } });
  await requireUnique(session, await session.sql`SELECT movieId AS id FROM ${movies}`, "movieId", path);
  // The last seven characters are the year, as in " (1995)". Where there is none, seven of the title go.
  return session.sql`
    SELECT movieId AS Lens_Id, substring(title, 1, greatest(length(title) - 7, 0)) AS Lens_Title
    FROM ${movies}`;
});

export const loadRatings = task("Loading GroupLens rating", (session: Session, folder: string) =>
  session.readCsv(join(folder, "ratings.csv"), { columns: { movieId: "long", rating: "double" } }),
);

export const loadImdb = task("Loading IMDB sample movies", async (session: Session, folder: string) => {
  const path = join(folder, "imdb_sample.csv");
  const imdb = await session.readCsv(path, {
    columns: { Id: "long", Title: "string", ImdbScore: "double" },
    delimiter: ";",
    quote: null,
  });
  await requireUnique(session, await session.sql`SELECT Id AS id FROM ${imdb}`, "Id", path);
  return session.sql`SELECT Id AS IMDB_Id, Title AS IMDB_Title, ImdbScore AS IMDB_Rating FROM ${imdb}`;
});

/** Movies without a rating take no part. */
export const averageRating = task(
  "Average rating for the movies",
  (session: Session, movies: Table, ratings: Table) => session.sql`
    SELECT m.Lens_Id, m.Lens_Title, r.Lens_Rating
    FROM ${movies} m
    JOIN (SELECT movieId, avg(rating) AS Lens_Rating FROM ${ratings} GROUP BY movieId) r ON r.movieId = m.Lens_Id
    ORDER BY m.Lens_Id`,
);

/** Nothing is learnt from the titles but that there are some: MinHash draws its functions from the seed alone. */
export const trainPipeline = task(
  "Training the data preprocessing pipeline",
  async (_session: Session, lens: Table, method: "exact" | "minhash", seed: number): Promise<TitleModel> => {
    if ((await lens.count()) === 0) {
      throw new UserError(
        "No movie of movies.csv has a rating in ratings.csv: there is nothing to match with.",
      );
    }
    return {
      stages: [
        { stage: "Tokenizer", inputCol: "title", outputCol: "words" },
        { stage: "StopWordsRemover", inputCol: "words", outputCol: "filtered" },
        { stage: "ConcatWs", inputCol: "filtered", outputCol: "text", separator: " " },
        { stage: "RegexTokenizer", inputCol: "text", outputCol: "characters", pattern: "" },
        { stage: "NGram", inputCol: "characters", outputCol: "bigrams", n: 2 },
        { stage: "HashingTF", inputCol: "bigrams", outputCol: "features", numFeatures: 2 ** 18 },
      ],
      join: method === "exact" ? { name: "exact" } : { name: "minhash", numHashTables: 3, seed },
    };
  },
);

export const transformLens = task(
  "Transform lens dataframe",
  async (session: Session, model: TitleModel, lens: Table) =>
    session.transform(await session.sql`SELECT *, Lens_Title AS title FROM ${lens}`, model.stages, {
      keep: ["text", "features"],
    }),
);

export const transformImdb = task(
  "Transform IMDB dataframe",
  async (session: Session, model: TitleModel, imdb: Table) =>
    session.transform(await session.sql`SELECT *, IMDB_Title AS title FROM ${imdb}`, model.stages, {
      keep: ["text", "features"],
    }),
);

/** For each IMDB row every GroupLens row at its smallest distance, if that is below the threshold. */
export const similarityJoin = task(
  "Similarity join",
  async (session: Session, model: TitleModel, imdb: Table, lens: Table, threshold: number) => {
    const pairs = await session.similarityJoin(imdb, lens, {
      featuresCol: "features",
      leftId: "IMDB_Id",
      rightId: "Lens_Id",
      maxDistance: threshold,
      method: model.join,
      nearestOnly: true,
    });
    const matches = await session.sql`
      SELECT p.IMDB_Id, i.IMDB_Title, p.Lens_Id, l.Lens_Title, i.IMDB_Rating, l.Lens_Rating, p.jaccardDist
      FROM ${pairs} p
      JOIN ${imdb} i ON i.IMDB_Id = p.IMDB_Id
      JOIN ${lens} l ON l.Lens_Id = p.Lens_Id
      ORDER BY p.IMDB_Id, p.Lens_Id`;
    await publish(imdb, matches);
    return matches;
  },
);

export const saveResults = task(
  "Saving the similarity join results",
  async (_session: Session, matches: Table, folder: string) => {
    await matches.writeParquet(folder);
    log.info("Saved %d rows to %s", await matches.count(), folder);
    return folder;
  },
);

export const saveToDatabase = task(
  "Saving the matches to the database",
  async (_session: Session, matches: Table, database: Database) => {
    const count = await database.writeTable("movie_matches", matches);
    log.info("Saved %d rows to movie_matches of %s", count, database.url);
  },
);

async function publish(imdb: Table, matches: Table): Promise<void> {
  const rows = (await matches.rows()) as unknown as readonly Match[]; // the columns that similarityJoin selects
  await artifact.table("jaccard-samples", matches, {
    title: "Jaccard samples",
    description: "Each IMDB title with the nearest GroupLens titles",
  });
  await artifact.histogram(
    "jaccard-distances",
    rows.map((row) => row.jaccardDist),
    {
      title: "Jaccard distances",
      label: "Jaccard distance of the nearest titles",
      range: [0, 1],
    },
  );
  await artifact.comparison(
    "rating-comparison",
    rows.map((row) => ({
      label: row.IMDB_Title,
      left: row.IMDB_Rating,
      // GroupLens counts stars from 0.5 to 5, IMDB points to 10.
      right: row.Lens_Rating * 2,
      detail: row.Lens_Title,
    })),
    { title: "Rating comparison", left: "IMDB", right: "GroupLens × 2", scale: [0, 10] },
  );
  await artifact.markdown("summary", summary(await imdb.count(), rows), { title: "Summary" });
}

interface Match {
  readonly IMDB_Id: number;
  readonly IMDB_Title: string;
  readonly Lens_Title: string;
  readonly IMDB_Rating: number;
  readonly Lens_Rating: number;
  readonly jaccardDist: number;
}

function summary(total: number, rows: readonly Match[]): string {
  const perTitle = new Map<number, number>();
  for (const row of rows) perTitle.set(row.IMDB_Id, (perTitle.get(row.IMDB_Id) ?? 0) + 1);
  const matched = perTitle.size;
  const ambiguous = [...perTitle.values()].filter((count) => count > 1).length;
  const same = rows.filter((row) => row.jaccardDist === 0).length;
  return `
| | |
|---|---:|
| IMDB rows | ${total} |
| matched | ${matched} |
| ambiguous (several GroupLens titles equally near) | ${ambiguous} |
| unmatched | ${total - matched} |
| pairs | ${rows.length} |
| pairs at distance 0 | ${same} |
`.trim();
}

/** @throws {UserError} that names what stands in several rows of the table's column `id`. */
async function requireUnique(session: Session, ids: Table, column: string, path: string): Promise<void> {
  const repeated = await session.sql`
    SELECT id, count(*) AS n FROM ${ids} GROUP BY id HAVING count(*) > 1 ORDER BY id`;
  const rows = await repeated.rows(5);
  if (rows.length === 0) return;
  const list = rows.map((row) => `${row.id} (${row.n} rows)`).join(", ");
  throw new UserError(
    `${path}: '${column}' is the same in several rows: ${list}. Give each row a value of its own.`,
  );
}
