import { createServer, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

/** How the server treats one request for a zip, in place of answering it properly. */
export interface Misbehaviour {
  /** Answers with this status and no file. */
  readonly status?: number;
  /** Seconds, beside `status`: the header Retry-After. */
  readonly retryAfter?: number;
  /** Sends so many bytes of the body and then nothing more, until `cut`. */
  readonly stallAfter?: number;
  /** Ends the answer after so many bytes as if that were all, without having said a length. */
  readonly endAfter?: number;
  /** Sends the body in so many chunks, 20 ms apart. */
  readonly trickle?: number;
}

export interface FileServer {
  readonly url: string;
  /** What was asked and answered, a line a request: `GET /a.zip bytes=5- if "v1" -> 206`. */
  readonly log: string[];
  put(name: string, body: string | Buffer, etag?: string): void;
  /** For the next requests for zips, one each. */
  misbehave(...next: readonly Misbehaviour[]): void;
  /** Ends all open connections. */
  cut(): void;
  close(): Promise<void>;
}

async function send(response: ServerResponse, body: Buffer, chunks: number): Promise<void> {
  const size = Math.ceil(body.length / chunks);
  for (let start = 0; start < body.length; start += size) {
    response.write(body.subarray(start, start + size));
    await wait(20);
  }
  response.end();
}

/** A loopback HTTP server with ETags and, if wanted, single ranges as in RFC 9110. */
export async function startFileServer({ ranges = true } = {}): Promise<FileServer> {
  const files = new Map<string, { body: Buffer; etag: string }>();
  const misbehaviours: Misbehaviour[] = [];
  const log: string[] = [];

  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const range = request.headers.range;
    const ifRange = request.headers["if-range"];
    const answer = (status: number) => {
      const asked = [range, ifRange && `if ${ifRange}`].filter(Boolean).join(" ");
      log.push(`GET ${path}${asked && ` ${asked}`} -> ${status}`);
      response.statusCode = status;
    };
    const { status, retryAfter, stallAfter, endAfter, trickle } =
      (path.endsWith(".zip") && misbehaviours.shift()) || {};
    const file = files.get(path);
    if (status !== undefined || !file) {
      answer(status ?? 404);
      if (retryAfter !== undefined) response.setHeader("retry-after", retryAfter);
      response.end("no file here");
      return;
    }
    const { body, etag } = file;
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const partial = ranges && range !== undefined && (ifRange === undefined || ifRange === etag);
    response.setHeader("etag", etag);
    if (partial && start >= body.length) {
      answer(416);
      response.setHeader("content-range", `bytes */${body.length}`);
      response.end();
      return;
    }
    const rest = partial ? body.subarray(start) : body;
    answer(partial ? 206 : 200);
    if (partial) response.setHeader("content-range", `bytes ${start}-${body.length - 1}/${body.length}`);
    if (endAfter !== undefined) {
      response.write(rest.subarray(0, endAfter));
      response.end();
      return;
    }
    response.setHeader("content-length", rest.length);
    if (stallAfter !== undefined) response.write(rest.subarray(0, stallAfter));
    else if (trickle !== undefined) void send(response, rest, trickle);
    else response.end(rest);
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    log,
    put(name, body, etag = '"v1"') {
      files.set(`/${name}`, { body: Buffer.from(body), etag });
    },
    misbehave(...next) {
      misbehaviours.push(...next);
    },
    cut() {
      server.closeAllConnections();
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
