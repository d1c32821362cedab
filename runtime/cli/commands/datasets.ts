import { join } from "node:path";
import { datasetsFolder } from "../../datasets/lake-place.ts";
import type { ListedDataset } from "../../datasets/list-datasets.ts";
import type { Version } from "../../datasets/versions.ts";
import { baseOption } from "../base-option.ts";
import { note, print, printJson } from "../output.ts";
import { duration, localTime } from "../render/durations.ts";
import { textTable } from "../render/text-table.ts";

export interface DatasetsOptions {
  readonly dir?: string;
  readonly json?: boolean;
}

/** `millrace datasets`: what flows of a folder keep; with a name, its versions, the newest first. */
export async function datasetsCommand(name: string | undefined, options: DatasetsOptions): Promise<void> {
  const base = baseOption(options.dir);
  const { listDatasets } = await import("../../datasets/list-datasets.ts");
  const datasets = await listDatasets(base, name);
  for (const { problem } of datasets) if (problem !== undefined) note("%s", problem);
  if (options.json) {
    printJson(datasets);
    return;
  }
  const [first] = datasets;
  if (first === undefined) {
    note(
      '%s has no datasets yet. A flow makes one: dataset("name").append(table).',
      join(base, datasetsFolder),
    );
    return;
  }
  const now = Date.now();
  const lines = name === undefined ? listTable(datasets, now) : versionsTable(first, now);
  print(`${lines.join("\n")}\n`);
}

function listTable(datasets: readonly ListedDataset[], now: number): string[] {
  return textTable(
    [
      { title: "DATASET", least: Number.POSITIVE_INFINITY },
      { title: "VERSION", align: "right" },
      { title: "ROWS", align: "right" },
      { title: "SIZE", align: "right" },
      { title: "AGE", align: "right" },
      { title: "RUN", least: 8 },
      { title: "TASK", least: 8 },
    ],
    datasets.map(({ name, bytes, versions }) => {
      const last = versions.at(-1);
      const rows = last?.info?.rows;
      return [
        name,
        String(last?.version ?? 0),
        rows === undefined ? "" : String(rows),
        size(bytes),
        ...whenAndWho(last, now),
      ];
    }),
    process.stdout.columns,
  );
}

function versionsTable({ versions }: ListedDataset, now: number): string[] {
  return textTable(
    [
      { title: "VERSION", align: "right" },
      { title: "ROWS", align: "right" },
      { title: "BY" },
      { title: "WRITTEN" },
      { title: "AGE", align: "right" },
      { title: "RUN", least: 8 },
      { title: "TASK", least: 8 },
    ],
    versions
      .toReversed()
      .map((version) => [
        String(version.version),
        version.info === undefined ? "" : String(version.info.rows),
        version.info?.operation ?? "another program",
        localTime(version.time),
        ...whenAndWho(version, now),
      ]),
    process.stdout.columns,
  );
}

function whenAndWho(version: Version | undefined, now: number): string[] {
  if (version === undefined) return [];
  const { run = "", taskRun = "" } = version.info ?? {};
  return [duration(now - version.time), run, taskRun === "." ? "the flow's body" : taskRun];
}

function size(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`;
  return bytes < 10_000_000 ? `${(bytes / 1_000).toFixed(0)} KB` : `${(bytes / 1_000_000).toFixed(0)} MB`;
}
