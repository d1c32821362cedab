import { UserError } from "../errors/user-error.ts";

/** Something a table was asked for that can't be done. `message` is complete for a user: what, where, what to do. */
export class TableError extends UserError {
  override readonly name = "TableError";
}
