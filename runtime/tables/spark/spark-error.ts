import { TableError } from "../table-error.ts";
import type { SparkFailure } from "./spark-failure.ts";

/** What a call to Spark failed with. */
export class SparkError extends TableError {
  readonly failure: SparkFailure;

  constructor(message: string, failure: SparkFailure) {
    super(message);
    this.failure = failure;
  }
}

/** What Spark's server said, whole, if that is what an error is about. */
export function saidBySpark(error: unknown): string | undefined {
  // By its looks, since an error of code that is loaded later may be of a class of its own.
  if (!(error instanceof Error) || !("failure" in error)) return undefined;
  const failure = error.failure as SparkFailure; // only SparkError has one
  return failure.kind === "spark" ? failure.message : undefined;
}
