import { isUrl } from "../session-url.ts";

/** A path as Spark's server reads it: as that file, whatever characters its name has. */
export function readPath(path: string): string {
  return isUrl(path) ? path : `file://${path.replace(/[\\*?[\]{}]/g, "\\$&")}`;
}

/** A path as Spark's server writes to it. */
export function writePath(path: string): string {
  return isUrl(path) ? path : `file://${path}`;
}

/** A URL as Spark's servers know buckets: by Hadoop's name of them. */
export function bucketUrl(url: string): string {
  return url.replace(/^s3:/i, "s3a:");
}
