import { join } from "node:path";
import type { Publication } from "../authoring/context.ts";
import { placeFile } from "../disk/replace-file.ts";
import { digestBytes } from "../disk/tree-digest.ts";
import type { ArtifactContent } from "../events/artifacts.ts";
import type { RunEventBody } from "../events/run-event.ts";
import { maskValue } from "../secrets/known-secrets.ts";

/** Writes an artifact's content into the run folder, without the secrets in it. @returns the event that tells of it. */
export function storeArtifact(
  publication: Publication,
  place: {
    readonly runFolder: string;
    readonly file: string;
    readonly flowRun: string;
    readonly taskRun?: string;
  },
): RunEventBody {
  const { key, title, description } = publication;
  const content = maskedContent(publication.content);
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

function maskedContent(content: ArtifactContent): ArtifactContent {
  switch (content.kind) {
    case "image":
      return { ...content, alt: maskValue(content.alt) };
    case "table":
    case "check":
      return {
        ...content,
        columns: content.columns.map(({ name, type }) => ({ name: maskValue(name), type })),
        rows: maskValue(content.rows),
      };
    case "histogram":
    case "scatter":
    case "comparison":
    case "markdown":
      return { ...maskValue(content), kind: content.kind } as ArtifactContent; // the same but for texts
    default:
      return content satisfies never;
  }
}
