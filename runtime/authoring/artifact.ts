import type {
  ArtifactContent,
  ComparisonArtifact,
  ImageArtifact,
  TableArtifact,
} from "../events/artifacts.ts";
import { toJson } from "./as-json.ts";
import { currentContext } from "./context.ts";

/** The part of a session's Table that a sample is taken with. */
export interface Sampled {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  rows(limit?: number): Promise<readonly { readonly [column: string]: unknown }[]>;
  count(): Promise<number>;
}

interface Described {
  /** Default: the key. */
  readonly title?: string;
  readonly description?: string;
}

/**
 * Publishes something for whoever looks at the run. The key names it: publishing the same key again
 * replaces what was shown. Outside of a run, as in a unit test, nothing is published.
 */
export const artifact = {
  /** Rows of a session's table, or plain rows (all with the same properties). At most `limit` (default 200) are kept. */
  async table(
    key: string,
    table: Sampled | readonly { readonly [column: string]: unknown }[],
    options: Described & { readonly limit?: number } = {},
  ): Promise<void> {
    if (currentContext() === undefined) return;
    await publish(key, options, { kind: "table", ...(await sampleOf(table, options.limit ?? 200)) });
  },

  /** Counts of values in `bins` (default 20) bins of equal width over `range` (default: from the smallest to the largest value). */
  async histogram(
    key: string,
    values: ArrayLike<number>,
    options: Described & {
      readonly bins?: number;
      readonly range?: readonly [number, number];
      readonly label?: string;
    } = {},
  ): Promise<void> {
    const bins = options.bins ?? 20;
    if (!(Number.isInteger(bins) && bins > 0))
      throw new RangeError(`artifact '${key}': bins is ${bins}; give a whole number from 1.`);
    await publish(key, options, {
      kind: "histogram",
      ...binned(values, bins, options.range),
      label: options.label ?? key,
    });
  },

  async scatter(
    key: string,
    points: readonly { readonly label?: string; readonly x: number; readonly y: number }[],
    options: Described & { readonly x: string; readonly y: string },
  ): Promise<void> {
    await publish(key, options, { kind: "scatter", x: options.x, y: options.y, points });
  },

  /** Two values of the same thing from two sources, both on one scale: `left` and `right` name the sources, `scale` its ends. */
  async comparison(
    key: string,
    points: ComparisonArtifact["points"],
    options: Described & {
      readonly left: string;
      readonly right: string;
      readonly scale: readonly [number, number];
    },
  ): Promise<void> {
    const { left, right, scale } = options;
    await publish(key, options, { kind: "comparison", left, right, scale, points });
  },

  async markdown(key: string, text: string, options: Described = {}): Promise<void> {
    await publish(key, options, { kind: "markdown", text });
  },

  /** `alt` says in words what is to be seen. */
  async image(
    key: string,
    bytes: Uint8Array,
    options: Described & { readonly mediaType: ImageArtifact["mediaType"]; readonly alt: string },
  ): Promise<void> {
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
    await publish(key, options, { kind: "image", mediaType: options.mediaType, base64, alt: options.alt });
  },
};

/** At most `limit` rows as they are shown, and how many there are in all. */
export async function sampleOf(
  table: Sampled | readonly { readonly [column: string]: unknown }[],
  limit: number,
): Promise<Pick<TableArtifact, "columns" | "rows"> & { readonly total: number }> {
  const isTable = "columns" in table;
  const rows = isTable ? await table.rows(limit) : table.slice(0, limit);
  const columns = isTable ? table.columns : columnsOf(rows);
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: rows.map((row) => columns.map((column) => toJson(row[column.name]))),
    total: isTable ? (rows.length < limit ? rows.length : await table.count()) : table.length,
  };
}

async function publish(key: string, described: Described, content: ArtifactContent): Promise<void> {
  const { title = key, description } = described;
  await currentContext()?.publish({
    key,
    title,
    content,
    ...(description === undefined ? {} : { description }),
  });
}

function columnsOf(
  rows: readonly { readonly [column: string]: unknown }[],
): { name: string; type: string }[] {
  const types = new Map<string, string>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (!types.has(name) || types.get(name) === "null") types.set(name, typeName(value));
    }
  }
  return [...types].map(([name, type]) => ({ name, type }));
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") return "double";
  if (typeof value === "bigint") return "long";
  return value instanceof Date ? "timestamp" : typeof value;
}

/** Values that are not finite take no part. */
function binned(
  values: ArrayLike<number>,
  bins: number,
  range: readonly [number, number] | undefined,
): { edges: number[]; counts: number[] } {
  let [low, high] = range ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  if (range === undefined) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low > high) [low, high] = [0, 1];
    if (low === high) high = low + 1;
  }
  const width = (high - low) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * width));
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!(value >= low && value <= high)) continue;
    const bin = Math.min(bins - 1, Math.floor((value - low) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { edges, counts };
}
