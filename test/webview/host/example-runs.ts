import type { ArtifactContent } from "../../../runtime/events/artifacts.ts";
import type { RunEvent } from "../../../runtime/events/run-event.ts";
import { RunScript } from "./run-script.ts";

export interface ExampleRun {
  readonly events: readonly RunEvent[];
  readonly artifacts: { readonly [key: string]: ArtifactContent };
}

const session = ".session-0";
const titles = [
  "Toy Story",
  "Jumanji",
  "Grumpier Old Men",
  "Waiting to Exhale",
  "Father of the Bride Part II",
  "Heat",
  "Sabrina",
  "Tom and Huck",
  "Sudden Death",
  "GoldenEye",
  "The American President",
  "Dracula: Dead and Loving It",
  "Balto",
  "Nixon",
  "Cutthroat Island",
  "Casino",
  "Sense and Sensibility",
  "Four Rooms",
  "Ace Ventura: When Nature Calls",
  "Money Train",
];

/** The movie flow: nine tasks, one session, a table, a histogram, a comparison and a summary. */
export function movieRun(): ExampleRun {
  const script = new RunScript();
  script.start("Medium Data Pipeline Flow", "wise-otter").after(4);
  script.add({ type: "resource-created", resource: session, name: "DuckDB session", flowRun: "." });
  script.add({ type: "resource-state", resource: session, state: "SettingUp" }).after(84);
  script.add({ type: "resource-state", resource: session, state: "Open" }).after(3);
  const held = { resources: [session] };
  const folder = ["DuckDB session", "'sample'"];
  script.task("Loading GroupLens movies-0", { ...held, arguments: folder, line: 20 });
  script.task("Loading GroupLens rating-0", { ...held, arguments: folder, line: 31 });
  script.task("Loading IMDB sample movies-0", { ...held, arguments: folder, line: 35 });
  script.task("Average rating for the movies-0", {
    ...held,
    upstream: ["Loading GroupLens movies-0", "Loading GroupLens rating-0"],
    arguments: ["DuckDB session", "Loading GroupLens movies-0", "Loading GroupLens rating-0"],
    line: 47,
  });
  script.task("Training the data preprocessing pipeline-0", {
    ...held,
    upstream: ["Average rating for the movies-0"],
    arguments: ["DuckDB session", "Average rating for the movies-0", "'exact'", "328749633"],
  });
  script.task("Transform lens dataframe-0", {
    ...held,
    upstream: ["Training the data preprocessing pipeline-0", "Average rating for the movies-0"],
  });
  script.task("Transform IMDB dataframe-0", {
    ...held,
    upstream: ["Training the data preprocessing pipeline-0", "Loading IMDB sample movies-0"],
  });
  script.task("Similarity join-0", {
    ...held,
    upstream: [
      "Training the data preprocessing pipeline-0",
      "Transform IMDB dataframe-0",
      "Transform lens dataframe-0",
    ],
    arguments: ["DuckDB session", "Training the data preprocessing pipeline-0", "…", "…", "1"],
    line: 101,
  });
  script.task("Saving the similarity join results-0", { ...held, upstream: ["Similarity join-0"] });
  script.after(6).run("Loading GroupLens movies-0", 1).run("Loading GroupLens rating-0", 2);
  script.run("Loading IMDB sample movies-0", 3).after(120);
  script.log("Loading GroupLens movies-0", "Read 9742 rows of movies.csv").after(25);
  script.complete("Loading GroupLens movies-0", "Table(Lens_Id, Lens_Title)").after(64);
  script.complete("Loading IMDB sample movies-0", "Table(IMDB_Id, IMDB_Title, IMDB_Rating)").after(240);
  script.log("Loading GroupLens rating-0", "3 ratings have no movie and take no part", "WARNING").after(7);
  script.complete("Loading GroupLens rating-0", "Table(movieId, rating)").after(8);
  script.run("Average rating for the movies-0", 1).after(310);
  script.complete("Average rating for the movies-0", "Table(Lens_Id, Lens_Title, Lens_Rating)").after(4);
  script.run("Training the data preprocessing pipeline-0", 2).after(95);
  script.complete("Training the data preprocessing pipeline-0", "{ stages: [6], join: { name: 'exact' } }");
  script.after(5).run("Transform lens dataframe-0", 3).run("Transform IMDB dataframe-0", 1).after(410);
  script.complete("Transform IMDB dataframe-0", "Table(…, text, features)").after(130);
  script.complete("Transform lens dataframe-0", "Table(…, text, features)").after(6);
  script.run("Similarity join-0", 2).after(480);
  script.log("Similarity join-0", "Compared 9742 × 500 titles, 1204 pairs below 1");
  for (const [key, kind, title] of [
    ["jaccard-samples", "table", "Jaccard samples"],
    ["jaccard-distances", "histogram", "Jaccard distances"],
    ["rating-comparison", "comparison", "Rating comparison"],
    ["summary", "markdown", "Summary"],
  ] as const) {
    script.add({
      type: "artifact",
      key,
      kind,
      title,
      file: `${key}.json`,
      flowRun: ".",
      taskRun: "Similarity join-0",
    });
  }
  script.after(210).complete("Similarity join-0", "Table(IMDB_Id, IMDB_Title, … jaccardDist)").after(5);
  script.run("Saving the similarity join results-0", 4).after(88);
  script.log("Saving the similarity join results-0", "Saved 1204 rows to output_data/final_result").after(3);
  script.complete("Saving the similarity join results-0", "'output_data/final_result'").after(12);
  script.add({ type: "resource-state", resource: session, state: "TearingDown" }).after(14);
  script.add({ type: "resource-state", resource: session, state: "Closed" }).after(2);
  script.flowState(".", "Completed", "All states completed.");
  return { events: script.events, artifacts: movieArtifacts() };
}

function movieArtifacts(): ExampleRun["artifacts"] {
  const random = pseudoRandom(7);
  const rows = Array.from({ length: 400 }, (_, i) => {
    const title = titles[i % titles.length] ?? "";
    const imdb = Math.round((3 + 6 * random()) * 10) / 10;
    const lens = Math.min(5, Math.max(0.5, imdb / 2 + (random() - 0.5) * 1.6));
    const distance = i % 3 === 0 ? 0 : Math.round(random() ** 2 * 900) / 1000;
    return [i + 1, `${title}${i < 20 ? "" : ` ${i}`}`, i * 3 + 1, title, imdb, lens, distance] as const;
  });
  return {
    "jaccard-samples": {
      kind: "table",
      columns: [
        { name: "IMDB_Id", type: "BIGINT" },
        { name: "IMDB_Title", type: "VARCHAR" },
        { name: "Lens_Id", type: "BIGINT" },
        { name: "Lens_Title", type: "VARCHAR" },
        { name: "IMDB_Rating", type: "DOUBLE" },
        { name: "Lens_Rating", type: "DOUBLE" },
        { name: "jaccardDist", type: "DOUBLE" },
      ],
      rows: rows.slice(0, 200),
      total: 1204,
    },
    "jaccard-distances": {
      kind: "histogram",
      edges: Array.from({ length: 21 }, (_, i) => i / 20),
      counts: Array.from({ length: 20 }, (_, i) =>
        rows.reduce((n, row) => n + (Math.min(19, Math.floor(row[6] * 20)) === i ? 1 : 0), 0),
      ),
      label: "Jaccard distance of the nearest titles",
    },
    "rating-comparison": {
      kind: "comparison",
      left: "IMDB",
      right: "GroupLens × 2",
      scale: [0, 10],
      points: rows.map((row) => ({ label: row[1], left: row[4], right: row[5] * 2, detail: row[3] })),
    },
    summary: {
      kind: "markdown",
      text: "| | |\n|---|---:|\n| IMDB rows | 500 |\n| matched | 488 |\n| **ambiguous** | 31 |\n\nMatched by *Jaccard* distance over `bigrams`.\n\n- exact join\n- no pair missed",
    },
  };
}

/** A flow with every trouble there is: a subflow, a mapped task, retries, a failure and what it holds up. */
export function troubledRun(): ExampleRun {
  const script = new RunScript();
  script.start("Nightly import", "stout-dingo").after(3);
  script.add({ type: "resource-created", resource: "db", name: "Warehouse", flowRun: "." });
  script.add({ type: "resource-state", resource: "db", state: "SettingUp" }).after(140);
  script.add({ type: "resource-state", resource: "db", state: "Open" });
  script.task("List files-0").run("List files-0").after(80).complete("List files-0", "[12 items]");
  for (let index = 0; index < 12; index++) {
    script.task(`Fetch-${index}`, { upstream: ["List files-0"], mapped: { group: "Fetch[]-0", index } });
  }
  script.subflow("Clean-0", "Clean", ["Fetch-0"]);
  script.flowState("Clean-0", "Running");
  script.task("Clean-0/Parse-0", { flowRun: "Clean-0", upstream: ["Fetch-0"] });
  script.task("Clean-0/Check-0", { flowRun: "Clean-0", upstream: ["Clean-0/Parse-0"] });
  script.task("Clean-0/Drop doubles-0", { flowRun: "Clean-0", upstream: ["Clean-0/Parse-0"] });
  script.task("Load-0", { upstream: ["Clean-0", "Fetch-3"], resources: ["db"] });
  script.task("Index-0", { upstream: ["Load-0"], resources: ["db"] });
  script.task("Notify-0", { upstream: [{ run: "Index-0" }] });
  script.task("Look up rates-0");
  script.run("Look up rates-0", 2).after(60).complete("Look up rates-0", "{ EUR: 1 }", "Cached");
  script.run("Clean-0/Parse-0", 1);
  for (let index = 0; index < 12; index++) {
    const id = `Fetch-${index}`;
    script.run(id, 1 + (index % 4)).after(70);
    if (index === 7) {
      script
        .fail(id, "HTTP 503", "AwaitingRetry")
        .after(200)
        .run(id, 2, 2)
        .after(30)
        .fail(id, "HTTP 503 from the mirror");
    } else if (index < 9) script.complete(id, "'42 kB'");
  }
  script.complete("Clean-0/Parse-0", "Table(day, amount)");
  script.run("Clean-0/Check-0", 3).after(20).fail("Clean-0/Check-0", "Row 7 of sales.csv has no date");
  script.run("Clean-0/Drop doubles-0", 4);
  script.log("Clean-0/Drop doubles-0", "Dropped 3 doubles", "DEBUG");
  script.add({ type: "progress", taskRun: "Clean-0/Drop doubles-0", done: 30, total: 80 });
  return { events: script.events, artifacts: {} };
}

/** Many tasks: `width` independent chains of `length` tasks that fork from one and join in one. */
export function wideRun(width: number, length: number): ExampleRun {
  const script = new RunScript();
  script.start("Wide", "large-moose", 8);
  script.task("Begin-0");
  for (let step = 0; step < length; step++) {
    for (let chain = 0; chain < width; chain++) {
      const upstream =
        step === 0
          ? ["Begin-0"]
          : [`Step ${step - 1}-${chain}`, `Step ${step - 1}-${(chain * 7 + 3) % width}`];
      script.task(`Step ${step}-${chain}`, { upstream: [...new Set(upstream)] });
    }
  }
  script.task("End-0", {
    upstream: Array.from({ length: width }, (_, chain) => `Step ${length - 1}-${chain}`),
  });
  return { events: script.events, artifacts: {} };
}

/** Numbers from 0 to 1 that are the same each time. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
