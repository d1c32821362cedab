/**
 * The glob of what `search.exclude` leaves out, for a search that leaves out `files.exclude` by itself.
 * @param setting glob patterns, each `true`, `false`, or on a condition, which a search can't look at.
 */
export function excludeGlob(setting: { readonly [glob: string]: unknown }): string | undefined {
  const globs = Object.entries(setting)
    .filter(([, on]) => on === true)
    .map(([glob]) => glob);
  if (globs.length === 0) return undefined;
  return globs.length === 1 ? globs[0] : `{${globs.join(",")}}`;
}
