import { TableError } from "../table-error.ts";

/** A PostgreSQL database, as a URL names it. The password shows neither in JSON nor when it is printed. */
export interface DatabaseUrl {
  /** What the driver connects by. */
  readonly connectionString: string;
  /** The URL without the password, for messages. */
  readonly shown: string;
  /** Whether the URL itself has a password. */
  readonly hasPassword: boolean;
}

/**
 * Parses `postgres://user@host:5432/database`, also written `postgresql://`. What it leaves out comes from the
 * environment, as with `psql`: PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD, and the file `~/.pgpass`.
 * @throws {TableError} for anything else, without its password.
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const example = "Write it as postgres://user@host:5432/database.";
  // The rest of what is no URL may be a password.
  if (!/^postgres(ql)?:\/\//.test(text)) {
    const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(text)?.[0];
    throw new TableError(
      `The database is no PostgreSQL URL${scheme === undefined ? "" : `: it begins with ${scheme}`}. ${example}`,
    );
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TableError(
      `The database's URL can't be read. ${example} In a password write @ as %40, / as %2F, : as %3A.`,
    );
  }
  const hasPassword = url.password !== "" || url.searchParams.has("password");
  const shown = new URL(url);
  shown.password = "";
  shown.searchParams.delete("password");
  const parsed = { shown: shown.href, hasPassword };
  return Object.defineProperty(parsed, "connectionString", { value: text, enumerable: false }) as DatabaseUrl; // with it, it is one
}
