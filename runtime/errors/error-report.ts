import type { PortableValue } from "./portable-value.ts";

/** A place in a user's file. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An error as it crosses threads and time. `stack` holds the user's own frames only. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly source?: SourceLocation;
  /** What was thrown, where it was more than a name and a message. */
  readonly thrown?: PortableValue;
}
