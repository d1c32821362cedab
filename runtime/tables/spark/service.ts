import { createSecureContext } from "node:tls";
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { ClientReadableStream, Metadata, ServiceError } from "@grpc/grpc-js";
import * as grpc from "@grpc/grpc-js";
import type { SparkUrl } from "../session-url.ts";
import {
  AddArtifactsRequestSchema,
  AddArtifactsResponseSchema,
  AnalyzePlanRequestSchema,
  AnalyzePlanResponseSchema,
  CloneSessionRequestSchema,
  CloneSessionResponseSchema,
  ConfigRequestSchema,
  ConfigResponseSchema,
  ExecutePlanRequestSchema,
  type ExecutePlanResponse,
  ExecutePlanResponseSchema,
  FetchErrorDetailsRequestSchema,
  FetchErrorDetailsResponseSchema,
  InterruptRequestSchema,
  InterruptResponseSchema,
  ReattachExecuteRequestSchema,
  ReleaseExecuteRequestSchema,
  ReleaseExecuteResponseSchema,
  ReleaseSessionRequestSchema,
  ReleaseSessionResponseSchema,
} from "./protocol/spark-connect_pb.ts";

/** A call of one request and one response. */
interface Unary<I extends DescMessage, O extends DescMessage> {
  readonly method: string;
  readonly input: I;
  readonly output: O;
}

/** The calls of one request and one response that this client makes. */
export const calls = {
  analyzePlan: unary("AnalyzePlan", AnalyzePlanRequestSchema, AnalyzePlanResponseSchema),
  config: unary("Config", ConfigRequestSchema, ConfigResponseSchema),
  interrupt: unary("Interrupt", InterruptRequestSchema, InterruptResponseSchema),
  releaseExecute: unary("ReleaseExecute", ReleaseExecuteRequestSchema, ReleaseExecuteResponseSchema),
  cloneSession: unary("CloneSession", CloneSessionRequestSchema, CloneSessionResponseSchema),
  releaseSession: unary("ReleaseSession", ReleaseSessionRequestSchema, ReleaseSessionResponseSchema),
  fetchErrorDetails: unary(
    "FetchErrorDetails",
    FetchErrorDetailsRequestSchema,
    FetchErrorDetailsResponseSchema,
  ),
};

function unary<I extends DescMessage, O extends DescMessage>(
  method: string,
  input: I,
  output: O,
): Unary<I, O> {
  return { method, input, output };
}

/** The largest message either way, in bytes: Spark's own limit. */
const largestMessage = 128 << 20;

/** The service of one server over one channel. It makes each call once; {@link SparkClient} has the retries. */
export class SparkService {
  readonly #client: grpc.Client;
  readonly #metadata: Metadata;

  constructor(url: SparkUrl) {
    const { host, port, useTls, token, headers } = url;
    // Node's own context also trusts what NODE_EXTRA_CA_CERTS names; gRPC's wouldn't.
    const credentials = useTls
      ? grpc.ChannelCredentials.createFromSecureContext(createSecureContext())
      : grpc.credentials.createInsecure();
    this.#client = new grpc.Client(`${host}:${port}`, credentials, {
      "grpc.max_receive_message_length": largestMessage,
      "grpc.max_send_message_length": largestMessage,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 2_000,
    });
    this.#metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) this.#metadata.set(name, value);
    if (token !== undefined) this.#metadata.set("authorization", `Bearer ${token}`);
  }

  /** @param deadline milliseconds that the answer may take. */
  unary<I extends DescMessage, O extends DescMessage>(
    { method, input, output }: Unary<I, O>,
    request: MessageInitShape<I>,
    deadline: number,
  ): Promise<MessageShape<O>> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        pathOf(method),
        encode(input),
        decode(output),
        create(input, request),
        this.#metadata,
        { deadline: Date.now() + deadline },
        (error: ServiceError | null, response?: MessageShape<O>) => {
          if (error !== null) reject(error);
          else if (response === undefined) reject(new Error(`${method} gave no response.`));
          else resolve(response);
        },
      );
    });
  }

  executePlan(
    request: MessageInitShape<typeof ExecutePlanRequestSchema>,
  ): ClientReadableStream<ExecutePlanResponse> {
    return this.#stream("ExecutePlan", ExecutePlanRequestSchema, request);
  }

  reattachExecute(
    request: MessageInitShape<typeof ReattachExecuteRequestSchema>,
  ): ClientReadableStream<ExecutePlanResponse> {
    return this.#stream("ReattachExecute", ReattachExecuteRequestSchema, request);
  }

  /** @param silence milliseconds after which an upload that doesn't get on is given up. */
  addArtifacts(
    requests: Iterable<MessageInitShape<typeof AddArtifactsRequestSchema>>,
    silence: number,
  ): Promise<MessageShape<typeof AddArtifactsResponseSchema>> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeClientStreamRequest(
        pathOf("AddArtifacts"),
        encode(AddArtifactsRequestSchema),
        decode(AddArtifactsResponseSchema),
        this.#metadata,
        (error, response) => {
          clearTimeout(timer);
          if (error !== null) reject(error);
          else if (response === undefined) reject(new Error("AddArtifacts gave no response."));
          else resolve(response);
        },
      );
      const timer = setTimeout(() => call.cancel(), silence);
      const left = requests[Symbol.iterator]();
      // One after the other, each when the one before is on its way: so it shows when none gets on.
      const writeNext = (): void => {
        timer.refresh();
        const next = left.next();
        if (next.done === true) call.end();
        else call.write(create(AddArtifactsRequestSchema, next.value), writeNext);
      };
      writeNext();
    });
  }

  close(): void {
    this.#client.close();
  }

  #stream<I extends DescMessage>(
    method: string,
    input: I,
    request: MessageInitShape<I>,
  ): ClientReadableStream<ExecutePlanResponse> {
    return this.#client.makeServerStreamRequest(
      pathOf(method),
      encode(input),
      decode(ExecutePlanResponseSchema),
      create(input, request),
      this.#metadata,
    );
  }
}

function pathOf(method: string): string {
  return `/spark.connect.SparkConnectService/${method}`;
}

function encode<T extends DescMessage>(schema: T): (message: MessageShape<T>) => Buffer {
  return (message) => {
    const bytes = toBinary(schema, message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

function decode<T extends DescMessage>(schema: T): (bytes: Buffer) => MessageShape<T> {
  return (bytes) => fromBinary(schema, bytes);
}
