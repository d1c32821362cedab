import { createHash } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Author } from "../authoring/context.ts";
import { freshPath } from "../disk/fresh-path.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { replaceFile } from "../disk/replace-file.ts";
import { syncFile, syncFolder } from "../disk/sync.ts";
import { literal, quoted } from "../tables/duckdb/quoting.ts";
import { confirmedVersions } from "./confirmed.ts";
import { isUndone } from "./decide-commit.ts";
import { type LakePlace, tableIn } from "./lake-place.ts";
import { alive, headOf, type Version } from "./versions.ts";

/** What of a dataset is read: a version, and what the run itself committed since, of which others' commits are no part. */
export interface View {
  readonly base: number;
  readonly own: readonly number[];
}

export interface ViewRequest {
  readonly runFolder: string;
  readonly dataset: string;
  readonly author: Author;
  /** Whether a task reads, whose view stays what it was when it first read; a body's goes on with its tasks. */
  readonly inTask: boolean;
  /** The version that it last committed itself, in this try. */
  readonly lastOwn: number | undefined;
  readonly versions: readonly Version[];
}

/** The version that all of a run goes by: the newest when it first read or wrote the dataset. It is kept with the run. */
export async function baseOfRun(
  { runFolder, dataset }: Pick<ViewRequest, "runFolder" | "dataset">,
  versions: readonly Version[],
): Promise<number> {
  const file = join(runFolder, "datasets", dataset, "base.json");
  const kept = await keptFirst(file, JSON.stringify({ version: headOf(versions) }));
  const { version } = JSON.parse(kept) as { version: number }; // written here only
  return version;
}

/** What the caller is to read. A task that is tried again or resumed reads the same. */
export async function viewOf(request: ViewRequest): Promise<View> {
  const { runFolder, dataset, author, inTask, lastOwn, versions } = request;
  const base = await baseOfRun(request, versions);
  const living = alive(versions);
  const confirmed = await confirmedVersions({ runFolder, dataset, runAttempt: author.runAttempt });
  const own = () => ownVersions(author, living, confirmed, base, lastOwn);
  if (lastOwn !== undefined || !inTask) return { base, own: own() };
  const name = createHash("sha256").update(author.taskRun).digest("hex").slice(0, 16);
  const file = join(runFolder, "datasets", dataset, `read-${name}.json`);
  const known = await readView(file);
  if (known?.own.every((version) => living.some((each) => each.version === version))) return known;
  const view = { base, own: own() };
  await replaceFile(file, JSON.stringify(view));
  return view;
}

/** The versions that the run committed since, as far as they count for the caller. */
function ownVersions(
  author: Author,
  living: readonly Version[],
  confirmed: ReadonlySet<number>,
  base: number,
  lastOwn = Number.POSITIVE_INFINITY,
): readonly number[] {
  return living
    .filter((each) => {
      const { version, info } = each;
      if (version <= base || version > lastOwn || info?.run !== author.run) return false;
      // What it committed in an earlier try it is about to commit again.
      if (info.taskRun === author.taskRun) return lastOwn !== Number.POSITIVE_INFINITY;
      return !isUndone(each, author, confirmed);
    })
    .map(({ version }) => version);
}

/** The query of a view's rows; undefined where nothing has been committed in it. */
export function viewSql(
  place: LakePlace,
  { base, own }: View,
  versions: readonly Version[],
  columns: readonly string[],
): string | undefined {
  const last = own.at(-1) ?? base;
  if (last === 0) return undefined;
  const since = versions.filter(({ version }) => version > base && version <= last);
  const isAll = alive(since).every(({ version }) => own.includes(version));
  const table = tableIn(place);
  if (isAll) return `SELECT * FROM ${table} AT (VERSION => ${last})`;
  const names = columns.map(quoted).join(", ");
  const changes = (kind: "insertions" | "deletions") =>
    own
      .map(
        (version) =>
          `SELECT ${version} AS _millrace_version, rowid AS _millrace_row, * FROM ducklake_table_${kind}(${literal(place.alias)}, 'main', ${literal(place.name)}, ${version}, ${version})`,
      )
      .join(" UNION ALL ");
  const before =
    base === 0
      ? ""
      : `SELECT ${names} FROM ${table} AT (VERSION => ${base}) WHERE rowid NOT IN (SELECT _millrace_row FROM gone) UNION ALL `;
  return `WITH come AS (${changes("insertions")}), gone AS (${changes("deletions")}) ${before}SELECT ${names} FROM come AS c WHERE NOT EXISTS (SELECT 1 FROM gone AS g WHERE g._millrace_row = c._millrace_row AND g._millrace_version > c._millrace_version)`;
}

export function viewText({ base, own }: View): string {
  if (own.length === 0) return `version ${base}`;
  return `version ${base} and what this run committed since (${own.join(", ")})`;
}

async function readView(file: string): Promise<View | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as View); // written here only, whole
}

/** Writes a file unless another thread or process was first, on the disk. @returns what it holds. */
async function keptFirst(file: string, text: string): Promise<string> {
  const there = await readFile(file, "utf8").catch(() => undefined); // not yet there
  if (there !== undefined) return there;
  await makeFolder(dirname(file));
  const fresh = freshPath(file);
  try {
    await writeFile(fresh, text, { flag: "wx" });
    await syncFile(fresh);
    await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await syncFolder(dirname(file));
  } finally {
    await rm(fresh, { force: true });
  }
  return readFile(file, "utf8");
}
