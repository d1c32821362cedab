import { withoutIndents, withoutPercents } from "./find-in-text.ts";

/** What is shown and written in place of a secret. */
export const secretMark = "***";

/** Shorter values turn up by chance: to mask them would make texts unreadable and give the value away. */
export const shortestMasked = 6;

/** A database's URL without its password says where it is, which a resume needs, and is no secret. */
const hasOnlyPassword = /^postgres(ql)?:\/\//i;

/**
 * What of a secret must not be seen: the value, its lines, since logs are written by lines, and what in a URL lets
 * somebody in, since programs take URLs apart and put them together again.
 */
export function partsOfSecret(value: string): string[] {
  if (hasOnlyPassword.test(value) && shownSecret(value) === value) return [];
  const lines = value.split(/[\r\n]+/).map((line) => line.trim());
  const parts = [...partsOfUrl(value), ...lines, value, value.trim(), withoutIndents(value)];
  const wellFormed = parts.map((part) => Buffer.from(part).toString()); // as it is in a file or a URL
  // Where a URL takes it for escaped in part, only the rest of it is escaped there.
  const decodedOnce = wellFormed.map(withoutPercents);
  return [...new Set([...parts, ...wellFormed, ...decodedOnce])].filter(
    (part) => part.length >= shortestMasked && part.trim() !== "",
  );
}

function partsOfUrl(value: string): string[] {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(value) ?? [];
  if (scheme === "") return [];
  if (/^sc$/i.test(scheme)) return parametersOf(rest);
  if (!URL.canParse(value)) return [rest];
  const url = new URL(value);
  const password = [url.password, decoded(url.password), url.searchParams.get("password") ?? ""];
  if (hasOnlyPassword.test(value)) return password;
  const user = url.password === "" ? [url.username, decoded(url.username)] : [];
  const path = url.pathname + url.search + url.hash;
  const segments = [...url.pathname.split("/"), url.hash.slice(1)].flatMap((part) => [part, decoded(part)]);
  return [
    ...password,
    ...user,
    rest,
    path,
    path.slice(1),
    ...segments.filter(looksRandom),
    ...url.searchParams.values(),
  ];
}

/** Values of the parameters of a Spark Connect URL. */
function parametersOf(rest: string): string[] {
  const values = rest
    .split(";")
    .slice(1)
    .map((parameter) => parameter.slice(parameter.indexOf("=") + 1));
  return values.flatMap((value) => [value, decoded(value)]);
}

/** Tells a token from a word, which stands in other texts, too. */
function looksRandom(segment: string): boolean {
  return segment.length >= 20 || (segment.length >= 8 && /\d/.test(segment));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no escape
  }
}

/** A secret parameter as it may be shown and kept: a mark, or a database's URL without its password. */
export function shownSecret(value: unknown): string {
  if (typeof value !== "string" || !hasOnlyPassword.test(value) || !URL.canParse(value)) return secretMark;
  const url = new URL(value);
  if (url.password === "" && !url.searchParams.has("password")) return value;
  url.password = "";
  url.searchParams.delete("password");
  return url.href;
}
