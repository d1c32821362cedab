import { fromBinary } from "@bufbuild/protobuf";
import { type ServiceError, status } from "@grpc/grpc-js";
import { ErrorInfoSchema, RpcStatusSchema } from "./protocol/spark-connect_pb.ts";

/** An error of a call, told apart by what can be done about it. */
export type SparkFailure =
  /** The connection, not the query: the call may be made again. */
  | { readonly kind: "transient"; readonly details: string }
  /** The server doesn't know the execution (any more), or not yet. */
  | { readonly kind: "unknown-operation" }
  /** The server has let go of the session, or is another one than before. */
  | { readonly kind: "unknown-session" }
  | { readonly kind: "late" }
  | { readonly kind: "not-spark"; readonly details: string }
  | { readonly kind: "refused"; readonly details: string }
  /** What Spark says of a query. */
  | { readonly kind: "spark"; readonly message: string; readonly errorId: string | undefined }
  | { readonly kind: "other"; readonly details: string };

export function failureOf(error: unknown): SparkFailure {
  if (!isServiceError(error)) {
    return { kind: "other", details: error instanceof Error ? error.message : String(error) };
  }
  const { code, details } = error;
  const handle = /\[INVALID_HANDLE\.(\w+)/.exec(details)?.[1];
  if (handle === "OPERATION_NOT_FOUND" || handle === "OPERATION_ABANDONED")
    return { kind: "unknown-operation" };
  if (handle?.startsWith("SESSION_")) return { kind: "unknown-session" };
  if (/\[INVALID_CURSOR\.DISCONNECTED|\[INVALID_HANDLE\.OPERATION_ALREADY_EXISTS/.test(details))
    return { kind: "transient", details };
  switch (code) {
    case status.UNAVAILABLE:
      return /HTTP status code|WRONG_VERSION_NUMBER|wrong version number|Protocol error|Parse Error|packet length/i.test(
        details,
      )
        ? { kind: "not-spark", details }
        : { kind: "transient", details };
    case status.CANCELLED: // by us, after a long silence
      return { kind: "transient", details };
    case status.DEADLINE_EXCEEDED:
      return { kind: "late" };
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return { kind: "refused", details };
    case status.UNIMPLEMENTED:
      return { kind: "not-spark", details };
    case status.INTERNAL:
    case status.UNKNOWN:
      if (/RST_STREAM|Received unexpected EOS|Connection dropped|GOAWAY/i.test(details))
        return { kind: "transient", details };
      if (/HTTP status code|Protocol error|content-type/i.test(details))
        return { kind: "not-spark", details };
      return { kind: "spark", message: details, errorId: errorIdOf(error) };
    default:
      return { kind: "other", details };
  }
}

/** By its id the server tells an error whole. */
function errorIdOf(error: ServiceError): string | undefined {
  const [trailer] = error.metadata.get("grpc-status-details-bin");
  if (!(trailer instanceof Uint8Array)) return undefined;
  const { details } = fromBinary(RpcStatusSchema, trailer);
  const info = details.find(({ typeUrl }) => typeUrl.endsWith("google.rpc.ErrorInfo"));
  return info === undefined ? undefined : fromBinary(ErrorInfoSchema, info.value).metadata.errorId;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
}
