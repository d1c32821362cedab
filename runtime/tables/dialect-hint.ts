import type { SqlToken } from "./sql-tokens.ts";

/** A construct that both engines take, and each in its own way: see README beside. */
export interface DialectHint {
  readonly token: SqlToken;
  /** A sentence's beginning: what it is. */
  readonly what: string;
  /** What it does; default: it gives other values on the other engine. */
  readonly does?: string;
  /** What gives the same on both. */
  readonly instead: string;
}
