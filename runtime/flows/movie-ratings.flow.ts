import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flow, openSession, postgres } from "millrace";
import { z } from "zod";
import * as tasks from "./movie-ratings.tasks.ts";

const sample = fileURLToPath(new URL("sample", import.meta.url));

/**
 * Matches the titles of an IMDB sample with GroupLens' by Jaccard distance, and compares their ratings: the
 * case study of "Data orchestration using Prefect and PySpark".
 */
export default flow(
  {
    name: "Medium Data Pipeline Flow",
    description: "Match movie titles of GroupLens and IMDB, and compare their ratings.",
    parameters: z.object({
      threshold: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe("Accept pairs whose Jaccard distance is below it")
        .meta({ alias: "t" }),
      input: z
        .string()
        .default("sample")
        .describe(
          "Folder with movies.csv, ratings.csv and imdb_sample.csv; `sample` is the data that comes with Millrace",
        ),
      output: z
        .string()
        .default("output_data")
        .describe("Folder that gets final_result/, replaced as a whole"),
      method: z
        .enum(["exact", "minhash"])
        .default("exact")
        .describe(
          "exact misses no pair; minhash is Spark's MinHashLSH, for parity and for sets too big for exact",
        ),
      seed: z
        .int()
        .default(tasks.sparkSeed)
        .describe("Of the random hash functions of minhash; the default is Spark's"),
      database: z
        .string()
        .regex(/^postgres(ql)?:\/\//, "write it as postgres://user@host:5432/database")
        .optional()
        .describe(
          "PostgreSQL that also gets the matches, as table movie_matches: postgres://user@host/database, its password in PGPASSWORD",
        )
        .meta({ secret: true }),
    }),
  },
  async ({ threshold, input, output, method, seed, database: databaseUrl }) => {
    await using session = await openSession();
    await using database = databaseUrl === undefined ? undefined : await postgres(databaseUrl);
    const folder = input === "sample" ? sample : input;
    const movies = tasks.loadMovies(session, folder);
    const ratings = tasks.loadRatings(session, folder);
    const imdb = tasks.loadImdb(session, folder);
    const lens = tasks.averageRating(session, movies, ratings);
    const model = tasks.trainPipeline(session, lens, method, seed);
    const lensFeatures = tasks.transformLens(session, model, lens);
    const imdbFeatures = tasks.transformImdb(session, model, imdb);
    const matches = tasks.similarityJoin(session, model, imdbFeatures, lensFeatures, threshold);
    tasks.saveResults(session, matches, join(output, "final_result"));
    if (database !== undefined) tasks.saveToDatabase(session, matches, database);
  },
);
