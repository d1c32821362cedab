import { UserError } from "../../errors/user-error.ts";

/** A download that can't be completed. `message` is complete for a user: what, where, what to do. */
export class DownloadError extends UserError {
  override readonly name: string = "DownloadError";
}

/** An archive that is damaged or not to be trusted. Getting the same bytes again is of no use. */
export class BadArchiveError extends DownloadError {
  override readonly name = "BadArchiveError";
}

/** A failure of the network or the server that may be gone a moment later. */
export class TransientFailure extends DownloadError {
  override readonly name = "TransientFailure";
  /** Milliseconds that the server asked to wait for; 0 if it didn't. */
  readonly retryAfter: number;
  /** Whether more of the file is there than ever before, so that earlier failures don't count. */
  progressed = false;

  constructor(message: string, options: ErrorOptions & { readonly retryAfter?: number } = {}) {
    super(message, options);
    this.retryAfter = options.retryAfter ?? 0;
  }
}

/** The code (`ENOSPC`, `ENOTFOUND`, ...) of an error or of the first of its causes that has one. */
export function errorCode(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return undefined;
}
