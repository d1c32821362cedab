import { inspect } from "node:util";
import { nearestName } from "../authoring/nearest-name.ts";
import { TableError } from "./table-error.ts";

/** What `--session` names. */
export type SessionUrl = { readonly engine: "duckdb" } | SparkUrl;

export interface SparkUrl {
  readonly engine: "spark";
  readonly host: string;
  readonly port: number;
  readonly useTls: boolean;
  /** Bearer token. It shows neither in JSON nor when the URL is printed. */
  readonly token: string | undefined;
  readonly userId: string | undefined;
  readonly sessionId: string | undefined;
  /** What the server's logs call the client. */
  readonly userAgent: string | undefined;
  /** A folder, as a URL, that the server keeps tables in where it doesn't see this machine's files. */
  readonly storage: string | undefined;
  /** Parameters without a meaning of their own: sent as headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** The URL without the token. */
  toString(): string;
}

const defaultPort = 15002;

/**
 * Parses `duckdb` or a Spark Connect URL, `sc://host:port/;name=value;...`. Its parameters are Spark's:
 * `token`, `use_ssl`, `user_id`, `session_id`, `user_agent`; others are headers. Token and headers may be secret, and
 * imply TLS. `storage` is ours.
 * @throws {TableError} for anything else. It doesn't repeat the URL, in which there may be a secret anywhere.
 */
export function parseSessionUrl(text: string): SessionUrl {
  const given = text.trim();
  if (given === "duckdb") return { engine: "duckdb" };
  if (!given.startsWith("sc://")) throw unknownSession(given);
  const match = /^sc:\/\/(\[[0-9a-fA-F:]+\]|[^/:;?#@\s]+)(?::([^/;]*))?(?:\/(.*))?$/s.exec(given);
  const [, host, portText, rest = ""] = match ?? [];
  if (host === undefined) throw new TableError(`The session's URL has no host. Write it as sc://host:port.`);
  const port = portText === undefined ? defaultPort : Number(portText);
  if (portText === "" || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new TableError(`The session's URL has no valid port. It is a number from 1 to 65535.`);
  return spark(given, host, port, parameters(rest));
}

function parameters(rest: string): Map<string, string> {
  const found = new Map<string, string>();
  if (rest === "") return found;
  if (!rest.startsWith(";"))
    throw new TableError(
      `The session's URL has a path. Parameters follow "/;", as in sc://host:15002/;use_ssl=true.`,
    );
  for (const part of rest.slice(1).split(";")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals < 1)
      throw new TableError(
        `The session's URL has a parameter without a value. Write parameters as name=value, separated by ";".`,
      );
    try {
      found.set(decodeURIComponent(part.slice(0, equals)), decodeURIComponent(part.slice(equals + 1)));
    } catch {
      throw new TableError(
        `The session's URL has a parameter with a wrong %-escape. Write a percent sign as %25.`,
      );
    }
  }
  return found;
}

function spark(given: string, host: string, port: number, found: Map<string, string>): SparkUrl {
  const {
    token,
    use_ssl,
    user_id: userId,
    session_id: sessionId,
    storage,
    user_agent: userAgent,
    ...headers
  } = Object.fromEntries(found);
  if (use_ssl !== undefined && use_ssl !== "true" && use_ssl !== "false")
    throw new TableError(`The session's URL has a use_ssl that is neither true nor false.`);
  const secret = token === undefined ? Object.keys(headers)[0] : "token";
  if (secret !== undefined && use_ssl === "false")
    throw new TableError(
      `The session's URL would send its ${secret} without TLS. Leave out use_ssl=false, or the ${secret}.`,
    );
  if (storage !== undefined && !isUrl(storage))
    throw new TableError(
      `The session's URL has a storage that is no URL. It is a folder's, such as s3a://bucket/millrace.`,
    );
  const url: SparkUrl = {
    engine: "spark" as const,
    host,
    port,
    useTls: use_ssl === "true" || secret !== undefined,
    token: undefined,
    userId,
    sessionId,
    userAgent,
    storage: storage?.replace(/\/+$/, ""),
    headers,
    toString: () => shown(given),
  };
  Object.defineProperty(url, "token", { value: token, enumerable: false });
  Object.defineProperty(url, "toString", { enumerable: false });
  Object.defineProperty(url, inspect.custom, { value: () => shown(given), enumerable: false });
  return url;
}

/** Whether a path is a URL, which a Spark server reads and writes by itself. */
export function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
}

function unknownSession(given: string): TableError {
  const scheme = /^([a-z]+):/i.exec(given)?.[1];
  const isWord = /^[\w.-]*$/.test(given);
  const what = isWord
    ? ` ${JSON.stringify(given)}`
    : scheme === undefined
      ? " of that name"
      : ` ${JSON.stringify(`${scheme}:...`)}`;
  const hint =
    scheme === undefined
      ? nearestName(given, ["duckdb"])
      : nearestName(scheme, ["sc"]) === undefined
        ? undefined
        : "sc://host:port";
  return new TableError(
    `There is no session${what}. ${hint === undefined ? "" : `Did you mean "${hint}"? `}A session is duckdb, or sc://host:port for Spark Connect.`,
  );
}

/** What of a session's URL is secret: its token, headers, and who may use its storage. */
export function secretsOfSession(url: SessionUrl): string[] {
  if (url.engine === "duckdb") return [];
  const { token, headers, storage = "" } = url;
  return [token ?? "", ...Object.values(headers), userInfo.exec(storage)?.[1] ?? ""].filter(
    (value) => value !== "",
  );
}

const userInfo = /(?<=^[a-z][a-z0-9+.-]*:\/\/)([^/]*)@/i;

/** What was given without the values of parameters that may be secret. */
function shown(given: string): string {
  return given.replace(/;[^;=]*=[^;]*/g, (parameter) => {
    const [, name = "", value = ""] = /^;([^=]*)=(.*)$/s.exec(parameter) ?? [];
    if (name === "storage") return `;storage=${value.replace(userInfo, "***@")}`;
    return /^(use_ssl|user_id|session_id|user_agent)$/.test(name) ? parameter : `;${name}=***`;
  });
}
