import { TableError } from "../table-error.ts";

/** Of what the driver throws the parts that tell a cause. */
interface ServerProblem {
  readonly code?: string;
  readonly detail?: string;
  /** Such as `COPY movie_matches, line 3, column rating: "x"`. */
  readonly where?: string;
}

/** What went wrong with a server, for the user: what was being done, with which database, and what to do. */
export function postgresError(error: unknown, what: string, shown: string): TableError {
  if (error instanceof TableError) return error;
  const { message } = error as Error; // the driver and the system throw errors only
  const { code, detail, where } = error as ServerProblem;
  const said = [message.trim(), detail, where?.split("\n")[0]].filter((part) => part).join("; ");
  return new TableError(`${what} (${shown}): ${said}.${hint(code, message)}`);
}

function hint(code: string | undefined, message: string): string {
  switch (code) {
    case "28P01":
    case "28000":
      return " Check the user and the password: it is taken from the URL, else from PGPASSWORD, else from ~/.pgpass.";
    case "3D000":
      return " Make the database with createdb, or name another in the URL.";
    case "42501":
      return " Grant the user the right to create tables there, or name another schema.";
    case "ECONNREFUSED":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
      return " Is the server running there, and does it listen on that address?";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return " Check the host's name in the URL.";
    case "53100":
      return " Free space on the server's disk.";
    default:
      if (/password must be a string|no password supplied/.test(message))
        return " It wants a password: set PGPASSWORD, or write it into ~/.pgpass.";
      if (
        code?.startsWith("57P") ||
        code === "ECONNRESET" ||
        code === "EPIPE" ||
        /terminated|ended/.test(message)
      )
        return " The transaction was not committed: nothing has changed there. Run it again once the server is up; 'millrace resume' repeats only what failed.";
      return "";
  }
}
