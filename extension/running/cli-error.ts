import { UserMessage } from "./user-message.ts";

/**
 * What the command line says when it fails, for the user: without its `error:`, and with a way to the place
 * that it names.
 */
export function cliError(stderr: string, code: number | string | null): UserMessage {
  const text = stderr.trim();
  const at = text.lastIndexOf("error: ");
  const message = (at < 0 ? text : text.slice(at + "error: ".length)).trim();
  if (message === "") return new UserMessage(`Millrace ended with code ${code} and said nothing.`);
  const place = findPlace(message);
  return new UserMessage(
    message,
    place === undefined ? [] : [{ kind: "source", title: "Open File", ...place }],
  );
}

/** The first `/path/to/file.ts:12:5` in a text. */
export function findPlace(
  text: string,
): { readonly file: string; readonly line: number; readonly column: number } | undefined {
  const match = /((?:[A-Za-z]:[\\/]|\/)[^\s:()']*\.[cm]?[jt]sx?):(\d+)(?::(\d+))?/.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { file: match[1], line: Number(match[2]), column: Number(match[3] ?? 1) };
}
