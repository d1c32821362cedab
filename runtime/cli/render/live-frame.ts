import { printSequences } from "../output.ts";
import { cursor } from "./cursor.ts";
import { frameUpdate } from "./frame.ts";
import { terminalText } from "./own-sequences.ts";

/** Milliseconds between two frames. */
const frameInterval = 80;

/** Lines at the bottom of the terminal that are kept up to date. */
export class LiveFrame {
  readonly #lines: (size: { readonly columns: number; readonly rows: number }) => string[];
  readonly #timer = setInterval(() => this.#draw(), frameInterval);
  readonly #showCursor = () => printSequences(cursor.show);
  #shown: readonly string[] = [];
  #above: string[] = [];

  /** @param lines makes a frame's lines, none of them wider than the terminal. */
  constructor(lines: (size: { readonly columns: number; readonly rows: number }) => string[]) {
    this.#lines = lines;
    printSequences(cursor.hide);
    process.on("exit", this.#showCursor);
  }

  /** Lets lines scroll by above the frame. */
  above(lines: readonly string[]): void {
    for (const line of lines) this.#above.push(...terminalText(line).split("\n"));
  }

  /** Draws the last frame, which stays; the cursor is below it. */
  end(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#showCursor();
    process.off("exit", this.#showCursor);
  }

  #draw(): void {
    const columns = process.stdout.columns || 80;
    // A frame of the terminal's height would scroll, and what has scrolled can't be drawn over.
    const rows = Math.max(1, (process.stdout.rows || 24) - 1);
    const lines = this.#lines({ columns, rows }).slice(-rows).map(terminalText);
    const same =
      this.#above.length === 0 &&
      lines.length === this.#shown.length &&
      lines.every((line, i) => line === this.#shown[i]);
    if (same) return;
    printSequences(frameUpdate(this.#shown, lines, this.#above, columns));
    this.#shown = lines;
    this.#above = [];
  }
}
