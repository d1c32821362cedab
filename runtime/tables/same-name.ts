/** The first name that is another one's too: to SQL, names that differ only in case are one name. */
export function sameName(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => {
    const lower = name.toLowerCase();
    if (seen.has(lower)) return true;
    seen.add(lower);
    return false;
  });
}
