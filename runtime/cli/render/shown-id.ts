/** Ids of so many characters are shown as they are. */
const longest = 160;

/**
 * The id of a run as a table shows it: of one that is deep in subflows its first and its last names, since all names of
 * all such runs would grow by the square of their number.
 */
export function shownId(id: string): string {
  if (id.length <= longest) return id;
  const names = id.split("/");
  if (names.length < 6) return id;
  return [...names.slice(0, 2), `… ${names.length - 4} more …`, ...names.slice(-2)].join("/");
}
