import { UsageError } from "../errors/user-error.ts";
import { giveSecrets } from "../secrets/find-secret.ts";

/** The same as on standard input, for whoever can't write there: a debugger. */
const variable = "MILLRACE_INPUT";

/** Characters that an input may have. */
const longestInput = 64 << 20;

/**
 * The parameters that a run is given where others on the machine can't see them, as they can a command line: on
 * standard input, or in a variable of the environment that is gone then. Secrets that are given there are known from
 * then on.
 * @throws {UsageError} for what isn't `{ "parameters": {...}, "secrets": {...} }`; it doesn't repeat it.
 */
export async function readGivenInput(fromStdin: boolean): Promise<Record<string, unknown>> {
  const text = fromStdin ? await readStdin() : process.env[variable];
  delete process.env[variable];
  if (text === undefined) return {};
  const where = fromStdin ? "What is on standard input" : `The variable ${variable}`;
  const { parameters = {}, secrets = {}, ...others } = readObject(text, where);
  const [other] = Object.keys(others);
  if (other !== undefined || !isObject(parameters) || !isObject(secrets))
    throw new UsageError(`${where} isn't as it should be: ${form}.`);
  for (const value of Object.values(secrets))
    if (typeof value !== "string") throw new UsageError(`${where} has a secret that is no text: ${form}.`);
  giveSecrets(secrets as Record<string, string>); // looked at above
  return parameters;
}

const form = 'give a JSON object { "parameters": { ... }, "secrets": { "NAME": "value" } }';

function readObject(text: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // What JSON.parse says repeats a part of the text, which may be secret.
  }
  throw new UsageError(`${where} is no JSON object: ${form}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readStdin(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.length > longestInput) throw new UsageError("There is too much on standard input.");
  }
  return text;
}
