import type { SparkFailure } from "./spark-failure.ts";
import { readSparkMessage } from "./spark-message.ts";

/** The server that was called. */
interface CalledServer {
  /** Host and port. */
  readonly place: string;
  readonly useTls: boolean;
  /** Whether it has answered before. */
  readonly isKnown: boolean;
  /** Milliseconds in which a lost connection is tried again. */
  readonly patience: number;
}

/** What failed, in the middle of a sentence for a user. */
export function failureText(
  failure: SparkFailure,
  { place, useTls, isKnown, patience }: CalledServer,
): string {
  switch (failure.kind) {
    case "transient":
      return !isKnown
        ? `no Spark Connect server answers at ${place} (${brief(failure.details)}). Start it, or correct the host, the port and use_ssl in --session.`
        : `the connection to Spark at ${place} was lost and didn't come back within ${Math.round(patience / 1000)} s (${brief(failure.details)}). When the server is back, resume the run.`;
    case "unknown-session":
    case "unknown-operation":
      return `the Spark server at ${place} has been restarted or has let go of the session, and with it of the query. Resume the run.`;
    case "late":
      if (isKnown)
        return `Spark at ${place} gave no answer in time, as if the connection had been lost. When the server is back, resume the run.`;
      return `what listens at ${place} gave no answer in time. Check that it is a Spark Connect server, and the host and port in --session.`;
    case "not-spark":
      return useTls && /version number|Protocol error|packet length|EPROTO/i.test(failure.details)
        ? `the server at ${place} doesn't speak TLS, which use_ssl=true or a token asks for (${brief(failure.details)}).`
        : `what listens at ${place} isn't a Spark Connect server (${brief(failure.details)}). Check the host and port in --session.`;
    case "refused":
      return `the Spark server at ${place} refused the call (${brief(failure.details)}). Check the token in --session.`;
    case "spark":
      return readSparkMessage(failure.message).message;
    case "other":
      return `Spark at ${place}: ${failure.details}`;
  }
}

/** gRPC's own text without what it says of our machine and of retries. */
function brief(details: string): string {
  return details
    .replace(/^No connection established\. Last error: /, "")
    .replace(/\s+/g, " ")
    .slice(0, 200);
}
