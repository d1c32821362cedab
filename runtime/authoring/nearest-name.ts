import { distance } from "fastest-levenshtein";

/** The name that was probably meant: one near enough to be a slip, or the shortest that begins so. */
export function nearestName(given: string, names: Iterable<string>): string | undefined {
  const wanted = given.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of names) {
    const d = distance(wanted, name.toLowerCase());
    if (d < bestDistance) {
      best = name;
      bestDistance = d;
    }
  }
  if (best !== undefined || wanted.length < 3) return best;
  const longer = [...names].filter((name) => name.toLowerCase().startsWith(wanted));
  return longer.sort((a, b) => a.length - b.length)[0];
}
