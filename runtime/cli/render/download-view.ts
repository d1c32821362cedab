import type { DownloadProgress } from "../download/download-movielens.ts";
import { noteText } from "../output.ts";
import { fitColumns } from "./fit-columns.ts";
import { LiveFrame } from "./live-frame.ts";
import { paint } from "./style.ts";

const words = { download: "Downloading", verify: "Checking the MD5", extract: "Unpacking" } as const;

/** Shows how far a download is: a bar on a terminal, a line for each phase and tenth on stderr elsewhere. */
export class DownloadView {
  readonly #frame = process.stdout.isTTY ? new LiveFrame(({ columns }) => this.#bar(columns)) : undefined;
  #progress: DownloadProgress | undefined;
  #started: { readonly time: number; readonly done: number } = { time: 0, done: 0 };
  #told = -1;

  show(progress: DownloadProgress): void {
    if (progress.phase !== this.#progress?.phase) {
      this.#started = { time: performance.now(), done: progress.done };
      this.#told = -1;
    }
    this.#progress = progress;
    if (this.#frame === undefined) this.#tell(progress);
  }

  end(): void {
    this.#frame?.end();
  }

  #tell({ phase, done, total }: DownloadProgress): void {
    const tenth = total === undefined ? 0 : Math.floor((10 * done) / Math.max(1, total));
    if (tenth <= this.#told) return;
    this.#told = tenth;
    const share = total === undefined ? "" : ` ${tenth * 10} % of ${megabytes(total)}`;
    noteText(`${words[phase]}${share}\n`);
  }

  #bar(columns: number): string[] {
    if (this.#progress === undefined) return [];
    const { phase, done, total } = this.#progress;
    if (total === undefined) return [fitColumns(`${words[phase]} ${megabytes(done)}`, columns - 1).trimEnd()];
    const share = Math.min(1, done / Math.max(1, total));
    const text = `${String(Math.floor(share * 100)).padStart(3)} % of ${megabytes(total)}${this.#rate(done)}`;
    const head = `${words[phase]} `;
    const width = Math.min(40, columns - head.length - text.length - 3);
    if (width < 5) return [fitColumns(head + text, columns - 1).trimEnd()];
    const full = Math.round(share * width);
    return [`${head}${paint("cyan", "█".repeat(full))}${paint("dim", "░".repeat(width - full))} ${text}`];
  }

  #rate(done: number): string {
    const seconds = (performance.now() - this.#started.time) / 1000;
    if (this.#progress?.phase !== "download" || seconds < 0.5) return "";
    return `, ${megabytes((done - this.#started.done) / seconds)}/s`;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}
