import type { Random } from "./file-system-model.ts";

/** So many faults are tried in place of some dozens: `npm run faults -- <how many>`. */
const asked = Number(process.env.MILLRACE_FAULTS ?? 0);

/** Where among so many calls a campaign strikes: evenly, at a place of chance in each part; ascending. */
export function cases(few: number, calls: number, random: Random): number[] {
  const count = Math.max(few, Math.round((asked * few) / 50));
  return Array.from({ length: count }, (_, i) => 1 + Math.floor(((i + random()) * calls) / count));
}

/** Does it with each item, so many at a time. */
export async function atATime<T>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
