import type { ArtifactContent, JsonValue } from "../events/artifacts.ts";
import { limits, readInRun } from "./read-in-run.ts";
import { UnreadableRunError } from "./run-folder.ts";
import {
  anything,
  list,
  maybe,
  number,
  object,
  oneOf,
  problemText,
  type Shape,
  text,
  whole,
  yesOrNo,
} from "./shape.ts";

type Of<Kind extends ArtifactContent["kind"]> = Extract<ArtifactContent, { readonly kind: Kind }>;

const histogramLists = object<Omit<Of<"histogram">, "kind">>({
  edges: list(number),
  counts: list(number),
  label: text,
});

const columns = list(object<{ readonly name: string; readonly type: string }>({ name: text, type: text }));
const rows = list(list(anything as Shape<JsonValue>)); // it comes from JSON

const kinds: { readonly [Kind in ArtifactContent["kind"]]: Shape<Omit<Of<Kind>, "kind">> } = {
  table: object<Omit<Of<"table">, "kind">>({ columns, rows, total: maybe(whole(0)) }),
  histogram: ((value) => {
    const problem = histogramLists(value);
    if (problem !== undefined) return problem;
    const { edges, counts } = value as Of<"histogram">; // so it is
    return edges.length === counts.length + 1
      ? undefined
      : `: has ${edges.length} edges for ${counts.length} counts, which need one more than they are`;
  }) as Shape<Omit<Of<"histogram">, "kind">>, // both checks together
  scatter: object<Omit<Of<"scatter">, "kind">>({
    x: text,
    y: text,
    points: list(object<Of<"scatter">["points"][number]>({ label: maybe(text), x: number, y: number })),
  }),
  comparison: object<Omit<Of<"comparison">, "kind">>({
    left: text,
    right: text,
    scale: ((value) =>
      list(number)(value) ??
      ((value as readonly number[]).length === 2 ? undefined : ": is no pair")) as Shape<
      Of<"comparison">["scale"]
    >, // of two numbers, then
    points: list(
      object<Of<"comparison">["points"][number]>({
        label: text,
        left: number,
        right: number,
        detail: maybe(text),
      }),
    ),
  }),
  markdown: object<Omit<Of<"markdown">, "kind">>({ text }),
  image: object<Omit<Of<"image">, "kind">>({
    mediaType: oneOf(["image/png", "image/jpeg", "image/svg+xml"]),
    base64: text,
    alt: text,
  }),
  check: object<Omit<Of<"check">, "kind">>({
    severity: oneOf(["error", "warn"]),
    passed: yesOrNo,
    violations: maybe(whole(0)),
    checked: maybe(whole(0)),
    columns,
    rows,
  }),
};

const ofKind = object<{ readonly kind: ArtifactContent["kind"] }>({
  kind: oneOf(Object.keys(kinds) as ArtifactContent["kind"][]), // of a closed literal
});

/**
 * Reads what a run has published.
 * @param file relative to the run's folder, as its events name it.
 * @throws {UnreadableRunError} for what is no artifact; {RefusedFileError} for a file that isn't the run's own.
 */
export async function readArtifact(runFolder: string, file: string): Promise<ArtifactContent> {
  const bytes = await readInRun(runFolder, file, limits.artifact);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new UnreadableRunError(`${file} is damaged: ${(error as Error).message}`); // JSON.parse throws nothing else
  }
  const problem = artifact(value);
  if (problem !== undefined)
    throw new UnreadableRunError(`${file} isn't what this version knows: ${problemText(problem)}.`);
  return value as ArtifactContent; // it fits
}

function artifact(value: unknown): string | undefined {
  const problem = ofKind(value);
  if (problem !== undefined) return problem;
  return kinds[(value as ArtifactContent).kind](value); // the kind is one
}
