/** A map of what has been made. */
interface Made<Key, T> {
  get(key: Key): Promise<T> | undefined;
  set(key: Key, made: Promise<T>): unknown;
  delete(key: Key): unknown;
}

/** What is made once for each key, also by calls at the same time. What failed is tried again by the next call. */
export function madeOnce<Key, T>(known: Made<Key, T>, key: Key, make: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key)); // this call's caller has the error
  return made;
}
