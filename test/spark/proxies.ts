import { once } from "node:events";
import {
  createSecureServer,
  createServer,
  connect as http2Connect,
  type IncomingHttpHeaders,
} from "node:http2";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";

/** A loopback port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // of a TCP server
}

/** Passes connections on to a port, until it cuts them. */
export interface CuttingProxy {
  readonly port: number;
  /** Bytes that came back so far. */
  readonly received: number;
  /** Cuts all connections; new ones are taken at once. */
  cut(): void;
  /** Loses all that comes from now on, on whatever connection, without a word. */
  goDark(): void;
  close(): void;
}

export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let received = 0;
  let dark = false;
  const server = createTcpServer((client) => {
    sockets.add(client);
    if (dark) return;
    const upstream = connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {}); // cut
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  const port = await listen(server);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    get received() {
      return received;
    },
    cut,
    goDark: () => {
      dark = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: () => {
      server.close();
      cut();
    },
  };
}

/** TLS with a bearer token in front of a server that has neither, as Spark's users put an ingress there. */
export async function tokenProxy(
  target: number,
  token: string,
  tls: { readonly key: string; readonly cert: string },
): Promise<{ readonly port: number; readonly refused: () => number; close(): void }> {
  const upstream = http2Connect(`http://127.0.0.1:${target}`);
  upstream.on("error", () => {});
  let refused = 0;
  const server = createSecureServer(tls);
  server.on("session", (session) => session.on("error", () => {}));
  server.on("stream", (stream, headers: IncomingHttpHeaders) => {
    stream.on("error", () => {});
    if (headers.authorization !== `Bearer ${token}`) {
      refused++;
      stream.respond(
        {
          ":status": 200,
          "content-type": "application/grpc",
          "grpc-status": "16",
          "grpc-message": "wrong token",
        },
        { endStream: true },
      );
      return;
    }
    const { authorization: _, ":authority": __, ":scheme": ___, ...rest } = headers;
    const request = upstream.request(rest);
    request.on("error", () => stream.destroy());
    stream.on("close", () => request.close());
    stream.pipe(request);
    let trailers: IncomingHttpHeaders = {};
    request.on("response", (response, flags) => {
      const endStream = (flags & 1) !== 0;
      stream.respond(response, { endStream, waitForTrailers: !endStream });
    });
    request.on("trailers", (sent) => {
      trailers = sent;
    });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    request.pipe(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port, // of a TCP server
    refused: () => refused,
    close: () => {
      server.close();
      upstream.destroy();
    },
  };
}

/** A web server. */
export async function webServer(): Promise<{ readonly port: number; close(): void }> {
  const { createServer: createWebServer } = await import("node:http");
  const server = createWebServer((_, response) => response.end("<html>hello</html>"));
  return { port: await listen(server), close: () => server.close() };
}

/** Speaks HTTP/2, but isn't Spark. */
export async function http2Server(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((_, response) => {
    response.statusCode = 404;
    response.end("not here");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }; // of a TCP server
}

/** Takes connections and never says anything. */
export async function silentServer(): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  return {
    port: await listen(server),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
