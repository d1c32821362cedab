import { basename } from "node:path";
import {
  type ArtifactContent,
  binsOf,
  type CheckArtifact,
  type ComparisonArtifact,
  checkOutcome,
  checkStatus,
  type HistogramArtifact,
  type JsonValue,
  type TableArtifact,
} from "../../events/artifacts.ts";
import { paint } from "./style.ts";
import { textTable } from "./text-table.ts";

export interface ArtifactPlace {
  /** Rows of tables and comparisons that are shown. */
  readonly rows: number;
  /** Terminal columns that there are. */
  readonly columns: number;
  /** Where the content is kept. */
  readonly file: string;
}

/** What a flow published, as a terminal can show it. */
export function artifactText(content: ArtifactContent, place: ArtifactPlace): string[] {
  switch (content.kind) {
    case "table":
      return tableText(content, place);
    case "comparison":
      return comparisonText(content, place);
    case "histogram":
      return histogramText(content, place.columns);
    case "markdown":
      return content.text.trimEnd().split("\n");
    case "image":
      return [`${content.alt} (${content.mediaType}), kept in ${place.file}`];
    case "scatter":
      return [`${content.points.length} points, ${content.x} by ${content.y}, kept in ${place.file}`];
    case "check":
      return checkText(content, place);
    default:
      content satisfies never;
      return [`An artifact of a kind that this version doesn't know, kept in ${basename(place.file)}`];
  }
}

const numeric = /^(double|float|long|integer|short|byte|decimal.*|number|bigint)$/;

function tableText({ columns, rows, total }: TableArtifact, place: ArtifactPlace): string[] {
  const shown = rows.slice(0, place.rows);
  const lines = textTable(
    columns.map(({ name, type }) => ({
      title: name,
      align: numeric.test(type) ? ("right" as const) : ("left" as const),
      least: 6,
    })),
    shown.map((row) => row.map(cell)),
    place.columns,
  );
  return [...lines, ...rest(shown.length, total ?? rows.length, "rows")];
}

const checkMarks = { Passed: ["green", "✔"], Warning: ["yellow", "!"], Failed: ["red", "✘"] } as const;

/** Whether a check passed, failed, or warns, what it found, and a sample of what violates it. */
function checkText(check: CheckArtifact, place: ArtifactPlace): string[] {
  const { columns, rows, violations } = check;
  const status = checkStatus(check);
  const [style, symbol] = checkMarks[status];
  const sample = { kind: "table", columns, rows, total: violations ?? rows.length } as const;
  return [
    `${paint(style, `${symbol} ${status}`)}: ${checkOutcome(check)}`,
    ...(rows.length === 0 ? [] : tableText(sample, place)),
  ];
}

function comparisonText({ left, right, points }: ComparisonArtifact, place: ArtifactPlace): string[] {
  const shown = points.slice(0, place.rows);
  const difference = (from: number, to: number) => {
    const value = rounded(to - from);
    return value.startsWith("-") || value === "0" ? value : `+${value}`;
  };
  const lines = textTable(
    [
      { title: "", least: 12 },
      { title: left, align: "right", least: 6 },
      { title: right, align: "right", least: 6 },
      { title: "difference", align: "right" },
    ],
    shown.map((point) => [
      point.label,
      rounded(point.left),
      rounded(point.right),
      difference(point.left, point.right),
    ]),
    place.columns,
  );
  return [...lines, ...rest(shown.length, points.length, "pairs")];
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function histogramText(histogram: HistogramArtifact, columns: number): string[] {
  const bins = binsOf(histogram).map(({ from, to, count }) => ({
    range: `${rounded(from)} to ${rounded(to)}`,
    count,
  }));
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const rangeWidth = Math.max(...bins.map(({ range }) => range.length));
  const countWidth = Math.max(...bins.map(({ count }) => String(count).length));
  const space = Math.max(8, Math.min(60, columns - rangeWidth - countWidth - 4));
  return [
    histogram.label,
    ...bins.map(({ range, count }) => {
      const parts = Math.round((count / most) * space * 8);
      // What is not nothing shows.
      const bar = "█".repeat(parts >> 3) + (eighths[count > 0 && parts === 0 ? 1 : parts & 7] ?? "");
      return `${range.padStart(rangeWidth)}  ${String(count).padStart(countWidth)}  ${paint("cyan", bar)}`.trimEnd();
    }),
  ];
}

function rest(shown: number, total: number, what: string): string[] {
  return shown < total ? [paint("dim", `... ${shown} of ${total} ${what}`)] : [];
}

function cell(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "number") return rounded(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** At most four digits after the point. */
function rounded(value: number): string {
  return String(Number(value.toFixed(4)));
}
