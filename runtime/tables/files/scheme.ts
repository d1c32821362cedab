import { fileURLToPath } from "node:url";
import { nearestName } from "../../authoring/nearest-name.ts";
import { TableError } from "../table-error.ts";

/** What a path is, by what stands before `://`. A further kind of place is an entry in {@link schemes}. */
type PlaceKind = "local" | "web" | "bucket";

const schemes: Readonly<Record<string, PlaceKind>> = {
  file: "local",
  https: "web",
  http: "web",
  s3: "bucket",
  s3a: "bucket",
};

/** A path that a flow gave. */
export interface Place {
  readonly kind: PlaceKind;
  /** Of this machine's files the path, else the URL. */
  readonly path: string;
  /** As errors name it: without what may be secret in a URL. */
  readonly shown: string;
}

/**
 * What a path stands for on an engine that reads and writes files by itself.
 * @throws {TableError} for a scheme that nothing here knows, which would be a folder's name otherwise.
 */
export function placeOf(path: string): Place {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: "local", path, shown: path };
  const kind = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  const shown = shownUrl(path);
  if (kind === undefined) {
    const hint = nearestName(scheme, Object.keys(schemes));
    throw new TableError(
      `${shown}: nothing here reads or writes ${scheme}://.${hint === undefined ? "" : ` Did you mean ${hint}://?`} There are paths of this machine, https:// and s3://; what else a Spark server knows is read and written on Spark.`,
    );
  }
  if (kind === "local") return { kind, path: filePath(path), shown: filePath(path) };
  return { kind, path: scheme === "s3a" ? path.replace(/^s3a/i, "s3") : path, shown };
}

function filePath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new TableError(`${url}: is no file of this machine (${(error as Error).message}).`); // it throws TypeErrors
  }
}

/** A URL without user, password and parameters. */
export function shownUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1")
    .replace(/[?#].*$/s, (rest) => (rest.startsWith("?") ? "?..." : ""));
}
