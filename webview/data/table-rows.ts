export interface SortOrder {
  readonly column: number;
  readonly descending: boolean;
}

type Rows = readonly (readonly unknown[])[];

/**
 * The places of the rows to show, in order. A row matches a text that stands in one of its cells, upper and lower
 * case alike. Numbers sort as numbers, nulls come last either way, and equal rows keep their order.
 */
export function arrangeRows(rows: Rows, text: string, order: SortOrder | undefined): number[] {
  const wanted = text.trim().toLowerCase();
  const places: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    if (wanted === "" || rows[i]?.some((cell) => cellText(cell).toLowerCase().includes(wanted)))
      places.push(i);
  }
  if (order === undefined) return places;
  const sign = order.descending ? -1 : 1;
  return places.sort((a, b) => {
    const left = rows[a]?.[order.column] ?? null;
    const right = rows[b]?.[order.column] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compareCells(left, right) || a - b;
  });
}

function compareCells(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return collator.compare(cellText(left), cellText(right));
}

const collator = new Intl.Collator("en", { numeric: true });

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? cell : typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/**
 * Comma-separated values as RFC 4180 has them, with a header line. Nulls are empty. A spreadsheet that opens it
 * runs none of the texts in it as a formula.
 */
export function toCsv(columns: readonly string[], rows: Rows): string {
  const field = (cell: unknown) => {
    const text = spreadsheetText(cell);
    return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

/** Tab-separated, as spreadsheets take it from the clipboard; none of the texts in it is run as a formula. */
export function toTsv(columns: readonly string[], rows: Rows): string {
  const field = (cell: unknown) => spreadsheetText(cell).replace(/[\t\r\n]+/g, " ");
  return [columns, ...rows].map((row) => row.map(field).join("\t")).join("\n");
}

/** Where a formula may begin: at the start of a text, and where another country's spreadsheet begins a new cell. */
const formula = /(^|[;\t\r\n])([\s\p{Cc}\ufeff"]*)(?=[=+\-@＝＋－＠])/gu;
const plainNumber = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** A cell's text with an apostrophe wherever a spreadsheet would begin a formula. Numbers stay numbers. */
function spreadsheetText(cell: unknown): string {
  const text = cellText(cell);
  return typeof cell === "number" || plainNumber.test(text) ? text : text.replace(formula, "$1$2'");
}

const numberTypes =
  /^(?:u?(?:tiny|small|big|huge)?int(?:eger)?(?:8|16|32|64)?|long|short|byte|float|double|real|decimal.*|number)$/i;

/** Whether a column of this type is shown at its right edge. */
export function isNumeric(type: string): boolean {
  return numberTypes.test(type);
}
