export const MOVIELENS_SIZES = ["small", "25m", "32m"] as const;

export type MovieLensSize = (typeof MOVIELENS_SIZES)[number];

/** Where GroupLens publishes its data sets, each zip with its MD5 in `<zip>.md5` beside it. */
export const GROUPLENS_URL = "https://files.grouplens.org/datasets/movielens/";

export interface MovieLensArchive {
  /** The zip's name, which is also the address below {@link GROUPLENS_URL}. */
  readonly zip: string;
  /** The folder that it is unpacked to. */
  readonly folder: string;
  /** Bytes that its unpacked files may have in all; about twice what they have. */
  readonly unpackedLimit: number;
}

const MEGABYTE = 1_000_000;

export const MOVIELENS_ARCHIVES: { readonly [size in MovieLensSize]: MovieLensArchive } = {
  small: { zip: "ml-latest-small.zip", folder: "movielens-small", unpackedLimit: 10 * MEGABYTE },
  "25m": { zip: "ml-25m.zip", folder: "movielens-25m", unpackedLimit: 1_500 * MEGABYTE },
  "32m": { zip: "ml-32m.zip", folder: "movielens-32m", unpackedLimit: 2_000 * MEGABYTE },
};

/** The files that the movie flow reads. */
export const NEEDED_FILES = ["movies.csv", "ratings.csv"] as const;

/** Whether a file of the archive is kept: what the movie flow reads, and the terms of use. */
export function isKept(name: string): boolean {
  return NEEDED_FILES.some((needed) => needed === name) || /^(readme|licen[cs]e)(\.\w+)?$/i.test(name);
}
