import { mustFindSecret } from "../secrets/find-secret.ts";
import { currentContext } from "./context.ts";

/**
 * A secret, such as a token, in a flow's body or in a task: the variable of the environment of that name, else the
 * file `/run/secrets/<name>`, else, for a run that was started in VS Code, what "Millrace: Set Secret" has kept there.
 * Wherever its value (of 6 characters or more) turns up in what is shown or written about the run, `***` stands. In a
 * preview it is a stand-in.
 * @throws {UserError} where there is none, or it is empty.
 */
export function secret(name: string): string {
  const context = currentContext();
  return context === undefined ? mustFindSecret(name) : context.secret(name);
}
