import { StringDecoder } from "node:string_decoder";
import { currentContext, type RunContext } from "../authoring/context.ts";
import type { LogLevel } from "../events/run-event.ts";
import { MaskedOutput } from "../secrets/masked-output.ts";

/** What runs have written to one stream since their last line ends. */
interface Capture {
  readonly level: LogLevel;
  readonly rests: WeakMap<RunContext, MaskedOutput>;
}

const captured: Capture[] = [];

/**
 * Sends what user code writes to stdout and stderr, `console.log` included, to the log of the run that it
 * is in, line by line.
 * @param outside where that goes which is written to stdout outside of a run.
 */
export function captureOutput(outside: "stdout" | "stderr"): void {
  if (captured.length > 0) return;
  const toStderr = process.stderr.write.bind(process.stderr);
  captured.push(capture(process.stdout, "INFO", outside === "stderr" ? toStderr : undefined));
  captured.push(capture(process.stderr, "WARNING", undefined));
}

/** Logs what a run has written and not ended with a line end. */
export function finishOutput(context: RunContext): void {
  for (const { level, rests } of captured) {
    logLines(context, level, rests.get(context)?.finish() ?? "");
    rests.delete(context);
  }
}

type Write = NodeJS.WriteStream["write"];

function capture(stream: NodeJS.WriteStream, level: LogLevel, outside: Write | undefined): Capture {
  const write = outside ?? stream.write.bind(stream);
  const decoder = new StringDecoder("utf8");
  const rests: Capture["rests"] = new WeakMap();
  stream.write = (
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ): boolean => {
    const context = currentContext();
    if (context === undefined) {
      return typeof encoding === "function" ? write(chunk, encoding) : write(chunk, encoding, callback);
    }
    const text = textOf(chunk, typeof encoding === "string" ? encoding : "utf8", decoder);
    const rest = rests.get(context) ?? new MaskedOutput();
    rests.set(context, rest);
    logLines(context, level, rest.add(text));
    (typeof encoding === "function" ? encoding : callback)?.();
    return true;
  };
  return { level, rests };
}

function logLines(context: RunContext, level: LogLevel, text: string): void {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) context.log(level, line.endsWith("\r") ? line.slice(0, -1) : line);
}

function textOf(chunk: Uint8Array | string, encoding: BufferEncoding, decoder: StringDecoder): string {
  if (typeof chunk !== "string") return decoder.write(Buffer.from(chunk));
  return encoding === "utf8" || encoding === "utf-8" ? chunk : decoder.write(Buffer.from(chunk, encoding));
}
