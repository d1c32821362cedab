import { visibleLine } from "../../shown-text/visible-controls.ts";
import { fitColumns } from "./fit-columns.ts";
import { terminalWidth } from "./terminal-width.ts";

export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Narrowest that the column may become where the table is too wide. Default: as wide as its title. */
  readonly least?: number;
  /** Put around a cell once it has its width, so that escape sequences count for nothing. */
  readonly paint?: (cell: string, row: number) => string;
}

/** Columns between two columns. */
const gap = 2;

/**
 * Lays out a table for a terminal: a line of titles, then a line a row. Where it is wider than `width`
 * terminal columns the widest columns are cut, with `…`, and what is still too wide runs over.
 */
export function textTable(
  given: readonly TextColumn[],
  cells: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const columns = given.map((column) => ({ ...column, title: visibleLine(column.title) }));
  const rows = cells.map((row) => row.map((cell) => visibleLine(cell.replaceAll(/[\r\n\t]+/g, " "))));
  const sized = columns.map((column, i) => {
    const own = terminalWidth(column.title);
    // A row may have fewer cells.
    const wanted = rows.reduce((most, row) => Math.max(most, terminalWidth(row[i] ?? "")), own);
    return { ...column, width: wanted, least: Math.min(wanted, column.least ?? own) };
  });
  shrink(sized, width - gap * (columns.length - 1));
  const line = (
    cells: readonly string[],
    paintOf: (column: TextColumn) => TextColumn["paint"],
    row: number,
  ) =>
    sized
      .map((column, i) => {
        const isLast = i === columns.length - 1 && column.align !== "right";
        const cell = align(cells[i] ?? "", column.width, column.align ?? "left", isLast);
        return paintOf(column)?.(cell, row) ?? cell;
      })
      .join(" ".repeat(gap))
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      () => undefined,
      -1,
    ),
    ...rows.map((row, i) => line(row, (column) => column.paint, i)),
  ];
}

/** Takes from the widest columns, one terminal column at a time and from the left, until all fit or none can give more. */
function shrink(columns: readonly { width: number; readonly least: number }[], space: number): void {
  let excess = columns.reduce((sum, { width }) => sum + width, 0) - space;
  const widest = columns.reduce((most, { width }) => Math.max(most, width), 0);
  for (let level = widest; level > 0 && excess > 0; level--)
    for (const column of columns)
      if (excess > 0 && column.width === level && level > column.least) {
        column.width--;
        excess--;
      }
}

function align(cell: string, width: number, side: "left" | "right", isLast: boolean): string {
  const fitted = fitColumns(cell, width);
  if (side === "right") {
    const text = fitted.trimEnd();
    return " ".repeat(Math.max(0, width - terminalWidth(text))) + text;
  }
  return isLast ? fitted.trimEnd() : fitted;
}
