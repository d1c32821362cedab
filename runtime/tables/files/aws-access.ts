import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** What an S3 server is to be asked with. */
interface AwsAccess {
  readonly keyId?: string;
  readonly secret?: string;
  readonly sessionToken?: string;
  readonly region?: string;
  /** URL of a server that isn't Amazon's. */
  readonly endpoint?: string;
}

/** As AWS's tools find it: the environment, else the profile that `AWS_PROFILE` names, or `default`. */
export async function awsAccess(environment: NodeJS.ProcessEnv = process.env): Promise<AwsAccess> {
  const { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = environment;
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_PROFILE } = environment;
  const name = AWS_PROFILE || "default";
  const aws = join(homedir(), ".aws");
  const profile = {
    ...(await section(
      environment.AWS_CONFIG_FILE || join(aws, "config"),
      name === "default" ? name : `profile ${name}`,
    )),
    ...(await section(environment.AWS_SHARED_CREDENTIALS_FILE || join(aws, "credentials"), name)),
  };
  const keys =
    keyId && secret
      ? [keyId, secret, token]
      : [profile.aws_access_key_id, profile.aws_secret_access_key, profile.aws_session_token];
  const [id, key, session] = keys;
  const region = AWS_REGION || AWS_DEFAULT_REGION || profile.region;
  const endpoint = AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || profile.endpoint_url;
  return {
    ...(id && key ? { keyId: id, secret: key } : {}),
    ...(session ? { sessionToken: session } : {}),
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
  };
}

async function section(file: string, name: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(file, "utf8").catch(() => ""); // whoever has no profiles has no such file
  const values: Record<string, string> = {};
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim();
    if (heading !== undefined) inside = heading === name;
    const [, key, value] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inside && key !== undefined && value !== undefined) values[key] = value;
  }
  return values;
}
