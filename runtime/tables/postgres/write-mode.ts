/** How a table is written: `overwrite` replaces one of that name, `append` adds to it. */
export type WriteMode = "overwrite" | "append";
