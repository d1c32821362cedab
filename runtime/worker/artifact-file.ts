import { join } from "node:path";
import type { Publication } from "../authoring/context.ts";
import { placeFile } from "../disk/replace-file.ts";
import { digestBytes } from "../disk/tree-digest.ts";
import type { RunEventBody } from "../events/run-event.ts";

/** Writes an artifact's content into the run folder. @returns the event that tells of it. */
export function storeArtifact(
  publication: Publication,
  place: {
    readonly runFolder: string;
    readonly file: string;
    readonly flowRun: string;
    readonly taskRun?: string;
  },
): RunEventBody {
  const { key, title, description, content } = publication;
  const file = `artifacts/${place.file}.json`;
  const text = JSON.stringify(content);
  placeFile(join(place.runFolder, file), text);
  return {
    type: "artifact",
    key,
    kind: content.kind,
    title,
    file,
    digest: digestBytes(text),
    flowRun: place.flowRun,
    ...(description === undefined ? {} : { description }),
    ...(place.taskRun === undefined ? {} : { taskRun: place.taskRun }),
  };
}
