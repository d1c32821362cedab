/// <reference lib="dom" />

/**
 * Makes a function that calls `work` once in the next animation frame, however often it is called before, and
 * after a pause since the last time: a picture that changes twenty times a second leaves room for the user.
 *
 * @param pause milliseconds
 */
export function onceAFrame(work: () => void, pause: number): () => void {
  let asked = false;
  let last = Number.NEGATIVE_INFINITY;
  const ask = () =>
    requestAnimationFrame(() => {
      asked = false;
      last = performance.now();
      work();
    });
  return () => {
    if (asked) return;
    asked = true;
    const rest = last + pause - performance.now();
    if (rest > 0) setTimeout(ask, rest);
    else ask();
  };
}
