import type * as DuckDb from "@duckdb/node-api";
import { awsAccess } from "../files/aws-access.ts";
import { literal } from "./quoting.ts";

/** Tells the engine how to ask S3 servers: a secret in its memory only. */
export async function createBucketSecret(connection: DuckDb.DuckDBConnection): Promise<void> {
  const { keyId, secret, sessionToken, region, endpoint } = await awsAccess();
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  const options = [
    "TYPE s3",
    ...(keyId === undefined ? [] : [`KEY_ID ${literal(keyId)}`]),
    ...(secret === undefined ? [] : [`SECRET ${literal(secret)}`]),
    ...(sessionToken === undefined ? [] : [`SESSION_TOKEN ${literal(sessionToken)}`]),
    `REGION ${literal(region ?? "us-east-1")}`,
    ...(url === undefined
      ? []
      : [`ENDPOINT ${literal(url.host)}`, "URL_STYLE 'path'", `USE_SSL ${url.protocol === "https:"}`]),
  ];
  await connection.run(`CREATE OR REPLACE SECRET _millrace_bucket (${options.join(", ")})`);
}
