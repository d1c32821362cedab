import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { userInfo } from "node:os";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ClientReadableStream } from "@grpc/grpc-js";
import type { SparkUrl } from "../session-url.ts";
import { TableError } from "../table-error.ts";
import { chunksOf } from "./artifact-chunks.ts";
import { Backoff } from "./backoff.ts";
import { failureText } from "./failure-text.ts";
import type { Command, Relation } from "./plan-messages.ts";
import type {
  AnalyzePlanRequestSchema,
  AnalyzePlanResponse,
  DataType,
  ExecutePlanResponse,
  PlanSchema,
} from "./protocol/spark-connect_pb.ts";
import { calls, SparkService } from "./service.ts";
import { SparkError } from "./spark-error.ts";
import { failureOf, type SparkFailure } from "./spark-failure.ts";
import { unlessSilent } from "./stream-silence.ts";

/** What a call is made for, and by whom. */
export interface CallContext {
  /** Begins the error's sentence, such as "Reading rows". */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** Shows in Spark's UI and in errors: the task run that asks. */
  readonly task?: string | undefined;
  /** Spark's tasks done and known of so far, while a long query runs. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SparkClientOptions {
  readonly url: SparkUrl;
  /** A UUID: clients with the same share the server's session. */
  readonly sessionId: string;
  /** Milliseconds in which a lost connection is tried again. Default 20,000. */
  readonly patience?: number | undefined;
  /**
   * Milliseconds after which a connection that nothing comes over is dead. Default 150,000: Spark sends progress every
   * other second, and ends each stream after two minutes.
   */
  readonly silence?: number | undefined;
}

/** Of the first answer, milliseconds: whatever listens there but isn't Spark need not ever answer. */
const firstDeadline = 15_000;
const deadline = 120_000;
/** A server that isn't there at the beginning isn't waited for. */
const firstPatience = 1_500;
type PlanInit = MessageInitShape<typeof PlanSchema>;

/** One session of a Spark Connect server, by one channel: queries survive the connection that they were sent by. */
export class SparkClient {
  readonly #url: SparkUrl;
  readonly #service: SparkService;
  readonly #patience: number;
  readonly #silence: number;
  readonly #deadline: number;
  #common: {
    readonly sessionId: string;
    readonly userContext: { readonly userId: string; readonly userName: string };
    readonly clientType: string;
  };
  /** By it the server tells us from a client of the session that it had before it was restarted. */
  #serverSession: string | undefined;
  readonly #running = new Set<string>();
  #closed = false;

  constructor({ url, sessionId, patience = 20_000, silence = 150_000 }: SparkClientOptions) {
    this.#url = url;
    this.#patience = patience;
    this.#silence = silence;
    this.#deadline = Math.min(deadline, silence);
    this.#service = new SparkService(url);
    const user = url.userId ?? userName();
    this.#common = {
      sessionId,
      userContext: { userId: user, userName: user },
      clientType: url.userAgent ?? "millrace",
    };
  }

  /** @returns the server's version, such as "4.0.1". */
  async version(context: CallContext): Promise<string> {
    const result = await this.#analyze(context, { case: "sparkVersion", value: {} });
    return result.case === "sparkVersion" ? result.value.version : "";
  }

  async configure(settings: Readonly<Record<string, string>>, context: CallContext): Promise<void> {
    const pairs = Object.entries(settings).map(([key, value]) => ({ key, value }));
    await this.#retrying(context, () =>
      this.#service.unary(
        calls.config,
        { ...this.#common, operation: { opType: { case: "set", value: { pairs } } } },
        this.#deadline,
      ),
    );
  }

  /**
   * Goes on in a copy of the server's session, and lets go of that itself.
   * @param sessionId a UUID that the server doesn't know yet.
   * @returns false if the server gives no copies, as Spark 4.0 doesn't: then it goes on in a new session.
   */
  async moveTo(sessionId: string): Promise<boolean> {
    const origin = this.#common;
    this.#common = { ...origin, sessionId };
    this.#serverSession = undefined;
    try {
      const request = { ...origin, newSessionId: sessionId };
      const { newServerSideSessionId } = await this.#service.unary(
        calls.cloneSession,
        request,
        this.#deadline,
      );
      this.#serverSession = newServerSideSessionId;
      return true;
    } catch {
      return false; // nothing depends on the copy; what is wrong with the server the next call tells
    } finally {
      // One that can't be released ends by itself.
      this.#service.unary(calls.releaseSession, origin, this.#deadline).catch(() => {});
    }
  }

  /** The type of a relation's rows; nothing is run. */
  async schema(relation: Relation, context: CallContext): Promise<DataType | undefined> {
    const plan: PlanInit = { opType: { case: "root", value: relation } };
    const result = await this.#analyze(context, { case: "schema", value: { plan } });
    return result.case === "schema" ? result.value.schema : undefined;
  }

  /** The relation's rows as Arrow streams of one batch each. */
  async *arrowBatches(relation: Relation, context: CallContext): AsyncGenerator<Uint8Array> {
    for await (const { responseType } of this.#execute(
      { opType: { case: "root", value: relation } },
      context,
    ))
      if (responseType.case === "arrowBatch") yield responseType.value.data;
  }

  /** Runs a command. @returns what it answers, if it does. */
  async command(
    command: Command,
    context: CallContext,
  ): Promise<ExecutePlanResponse["responseType"] | undefined> {
    let answer: ExecutePlanResponse["responseType"] | undefined;
    const plan: PlanInit = { opType: { case: "command", value: command } };
    for await (const { responseType } of this.#execute(plan, context))
      if (responseType.case !== undefined) answer = responseType;
    return answer;
  }

  /** Uploads bytes for the session. @param name such as `cache/<sha256>`. */
  async addArtifact(name: string, bytes: Uint8Array, context: CallContext): Promise<void> {
    const { artifacts } = await this.#retrying(context, () =>
      this.#service.addArtifacts(
        chunksOf(name, bytes).map((payload) => ({ ...this.#common, payload })),
        this.#silence,
      ),
    );
    if (!artifacts.every((artifact) => artifact.isCrcSuccessful))
      throw new TableError(`${context.what}: the data arrived damaged at ${this.#place()}. Run it again.`);
  }

  /**
   * Ends what this client has running, or the server's session with all that runs in it and all that it keeps.
   * @throws what the server, if it isn't there any more, fails with; it is closed then too.
   */
  async close(release: boolean): Promise<void> {
    this.#closed = true;
    try {
      if (release) await this.#service.unary(calls.releaseSession, this.#common, 10_000);
      else await Promise.all([...this.#running].map((operationId) => this.#interrupt(operationId)));
    } finally {
      this.#service.close();
    }
  }

  async *#execute(plan: PlanInit, context: CallContext): AsyncGenerator<ExecutePlanResponse> {
    const { signal } = context;
    this.#checkOpen(signal);
    const operationId = randomUUID();
    const backoff = new Backoff(this.#patienceNow());
    let last: string | undefined;
    let stream = this.#start(operationId, plan, context);
    const interrupt = () => {
      this.#interrupt(operationId).catch(() => {}); // the stream's end tells whether it worked
      stream.cancel();
    };
    if (signal !== undefined) setMaxListeners(0, signal); // as many as there are queries at once
    signal?.addEventListener("abort", interrupt);
    this.#running.add(operationId);
    try {
      for (;;) {
        try {
          for await (const response of unlessSilent(stream, this.#silence)) {
            last = response.responseId;
            this.#serverSession ??= response.serverSideSessionId;
            backoff.reset();
            const { responseType } = response;
            if (responseType.case === "resultComplete") return;
            if (responseType.case === "executionProgress") tellProgress(responseType.value, context);
            else yield response;
          }
          this.#checkOpen(signal);
          stream = this.#reattach(operationId, last); // the server ends streams that last long
        } catch (error) {
          this.#checkOpen(signal);
          const failure = failureOf(error);
          const mayRestart = last === undefined;
          if (failure.kind === "unknown-operation" && mayRestart)
            stream = this.#start(operationId, plan, context);
          else if (failure.kind !== "transient" || !(await backoff.wait(signal)))
            throw await this.#error(failure, context);
          else {
            this.#checkOpen(signal);
            stream = this.#reattach(operationId, last);
          }
        }
      }
    } finally {
      signal?.removeEventListener("abort", interrupt);
      this.#running.delete(operationId);
      stream.cancel();
      // The server forgets it by itself too, in time.
      this.#service
        .unary(
          calls.releaseExecute,
          { ...this.#common, operationId, release: { case: "releaseAll", value: {} } },
          10_000,
        )
        .catch(() => {});
    }
  }

  #start(
    operationId: string,
    plan: PlanInit,
    { task }: CallContext,
  ): ClientReadableStream<ExecutePlanResponse> {
    return this.#service.executePlan({
      ...this.#observed(),
      plan,
      operationId,
      requestOptions: [{ requestOption: { case: "reattachOptions", value: { reattachable: true } } }],
      tags: task === undefined ? [] : [task.replaceAll(",", ";")], // Spark takes no commas in them
    });
  }

  #reattach(operationId: string, last: string | undefined): ClientReadableStream<ExecutePlanResponse> {
    return this.#service.reattachExecute({
      ...this.#observed(),
      operationId,
      ...(last === undefined ? {} : { lastResponseId: last }),
    });
  }

  async #interrupt(operationId: string): Promise<void> {
    await this.#service.unary(
      calls.interrupt,
      { ...this.#common, interruptType: 3, interrupt: { case: "operationId", value: operationId } },
      10_000,
    );
  }

  async #analyze(
    context: CallContext,
    analyze: MessageInitShape<typeof AnalyzePlanRequestSchema>["analyze"] & object,
  ): Promise<AnalyzePlanResponse["result"]> {
    const { result, serverSideSessionId } = await this.#retrying(context, () =>
      this.#service.unary(
        calls.analyzePlan,
        { ...this.#observed(), analyze },
        this.#serverSession === undefined ? Math.min(firstDeadline, this.#patience) : this.#deadline,
      ),
    );
    this.#serverSession ??= serverSideSessionId;
    return result;
  }

  async #retrying<T>(context: CallContext, call: () => Promise<T>): Promise<T> {
    const { signal } = context;
    const backoff = new Backoff(this.#patienceNow());
    for (;;) {
      this.#checkOpen(signal);
      try {
        return await call();
      } catch (error) {
        this.#checkOpen(signal);
        const failure = failureOf(error);
        if (failure.kind !== "transient" || !(await backoff.wait(signal)))
          throw await this.#error(failure, context);
      }
    }
  }

  #checkOpen(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#closed) throw new TableError("The session is closed.");
  }

  #patienceNow(): number {
    return this.#serverSession === undefined ? Math.min(firstPatience, this.#patience) : this.#patience;
  }

  #observed() {
    return this.#serverSession === undefined
      ? this.#common
      : { ...this.#common, clientObservedServerSideSessionId: this.#serverSession };
  }

  #place(): string {
    return `${this.#url.host}:${this.#url.port}`;
  }

  /** The error for a user. It never has the session's parameters in it. */
  async #error(failure: SparkFailure, context: CallContext): Promise<SparkError> {
    const { what, task } = context;
    const asked = task === undefined ? "" : ` (asked by task run '${task}')`;
    const whole =
      failure.kind === "spark"
        ? { ...failure, message: await this.#sparkMessage(failure.message, failure.errorId) }
        : failure;
    const text = failureText(whole, {
      place: this.#place(),
      useTls: this.#url.useTls,
      isKnown: this.#serverSession !== undefined,
      patience: this.#patience,
    });
    return new SparkError(`${what}: ${text}${asked}`, whole);
  }

  /** What Spark says went wrong, as whole as the server tells it: the cause that has an error class. */
  async #sparkMessage(details: string, errorId: string | undefined): Promise<string> {
    if (errorId === undefined) return details;
    try {
      const { errors, rootErrorIdx = 0 } = await this.#service.unary(
        calls.fetchErrorDetails,
        { ...this.#common, errorId },
        10_000,
      );
      let message = details;
      const seen = new Set<number>();
      for (let at: number | undefined = rootErrorIdx; at !== undefined && !seen.has(at); ) {
        seen.add(at);
        const error: (typeof errors)[number] | undefined = errors[at];
        if (error === undefined) break;
        if (at === rootErrorIdx || error.sparkThrowable?.errorClass !== undefined) message = error.message;
        at = error.causeIdx;
      }
      return message;
    } catch {
      return details; // what the call itself failed with is there, if not whole
    }
  }
}

function tellProgress(
  {
    stages,
  }: { readonly stages: readonly { readonly numTasks: bigint; readonly numCompletedTasks: bigint }[] },
  { onProgress }: CallContext,
): void {
  const total = stages.reduce((sum, stage) => sum + Number(stage.numTasks), 0);
  if (total > 0)
    onProgress?.(
      stages.reduce((sum, stage) => sum + Number(stage.numCompletedTasks), 0),
      total,
    );
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "millrace"; // a container's user may have no name
  }
}
