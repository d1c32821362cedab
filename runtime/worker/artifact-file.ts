import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Publication } from "../authoring/context.ts";
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
  writeFileSync(join(place.runFolder, file), JSON.stringify(content));
  return {
    type: "artifact",
    key,
    kind: content.kind,
    title,
    file,
    flowRun: place.flowRun,
    ...(description === undefined ? {} : { description }),
    ...(place.taskRun === undefined ? {} : { taskRun: place.taskRun }),
  };
}
