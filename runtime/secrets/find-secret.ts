import { join } from "node:path";
import { readAnywhereSync } from "../disk/read-file.ts";
import { UserError } from "../errors/user-error.ts";
import { knowSecret } from "./known-secrets.ts";
import { isSecretName, secretNameRule } from "./secret-name.ts";

/** Where Docker and Podman put the secrets of a container, a file each. */
const dockerSecrets = "/run/secrets";

/** Bytes that a secret in a file may have. */
const longestSecret = 1 << 20;

/** What whoever started the run gave, as VS Code does. */
let given: { readonly [name: string]: string } = {};

/** Gives secrets to this thread that its surroundings don't have. */
export function giveSecrets(secrets: { readonly [name: string]: string }): void {
  given = secrets;
  for (const value of Object.values(secrets)) knowSecret(value);
}

/** What was given, for another thread or process of the same run. */
export function givenSecrets(): { readonly [name: string]: string } {
  return given;
}

/**
 * The secret of a name: of the variable of the environment, else of the file in `/run/secrets`, without a line end
 * after it, else as it was given. It is known as one from then on.
 * @throws {UserError} for a name that there can't be.
 */
export function findSecret(name: string, folder: string = dockerSecrets): string | undefined {
  if (!isSecretName(name))
    throw new UserError(`The name of a secret is ${JSON.stringify(name)}: it ${secretNameRule}`);
  const value =
    process.env[name] || fromFile(join(folder, name)) || (Object.hasOwn(given, name) && given[name]);
  if (typeof value !== "string" || value === "") return undefined;
  knowSecret(value);
  return value;
}

/** @throws {UserError} that says where to put it, where there is no secret of that name. */
export function mustFindSecret(name: string): string {
  const value = findSecret(name);
  if (value === undefined) throw new UserError(missingSecrets([name]));
  return value;
}

/** What to do about secrets that there aren't. */
export function missingSecrets(names: readonly string[]): string {
  const [first = ""] = names;
  const what =
    names.length === 1
      ? `There is no secret '${first}'`
      : `There are no secrets ${names.map((name) => `'${name}'`).join(", ")}`;
  return `${what}. Set the variable ${first} of the environment, put the value into the file ${dockerSecrets}/${first}, or, for runs that are started in VS Code, use its command "Millrace: Set Secret".`;
}

/** @throws {UserError} for what is there and can't be read. */
function fromFile(path: string): string | undefined {
  try {
    return readAnywhereSync(path, longestSecret)
      .toString("utf8")
      .replace(/\r?\n$/, "");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // the reader throws errors only
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new UserError(`The secret in ${path} can't be read: ${message}`);
  }
}
