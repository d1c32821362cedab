import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { motoServer } from "../spark/cluster/s3-store.ts";

/** A server of S3's protocol on a loopback port, by moto; it ends with this process. */
export interface BucketServer {
  readonly endpoint: string;
  /** The environment with which it is asked. */
  readonly env: Readonly<Record<string, string>>;
  put(key: string, content: string | Uint8Array): Promise<void>;
}

let shared: Promise<BucketServer> | undefined;

/** The one that all suites share, with a bucket `tables`. Skips, and says why, where there can't be one. */
export async function sharedBucket(context: Mocha.Context): Promise<BucketServer> {
  context.timeout(600_000);
  shared ??= start();
  try {
    return await shared;
  } catch (error) {
    console.log(`      skipped: there is no S3 server: ${(error as Error).message.slice(0, 300)}`); // processes fail with errors
    return context.skip();
  }
}

async function start(): Promise<BucketServer> {
  const program = await motoServer();
  const port = await new Promise<number>((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
  const child = spawn(program, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  child.unref();
  process.once("exit", () => child.kill("SIGKILL"));
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const made = await fetch(`${endpoint}/tables`, { method: "PUT" }).catch(() => undefined); // it isn't there yet
    if (made?.ok) break;
    if (tries === 200) throw new Error("moto's server doesn't answer.");
    await delay(200);
  }
  return {
    endpoint,
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: "millrace",
      AWS_SECRET_ACCESS_KEY: "millrace-secret",
      AWS_REGION: "us-east-1",
    },
    put: async (key, content) => {
      const answer = await fetch(`${endpoint}/tables/${key}`, { method: "PUT", body: content as BodyInit }); // text or bytes
      if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
    },
  };
}
