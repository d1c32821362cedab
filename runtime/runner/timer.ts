/** Timers of more milliseconds, some 25 days, would end at once. */
const longestTimer = 2 ** 31 - 1;

/** Calls back after so many milliseconds, or after the most that a timer can wait. */
export function startTimer(milliseconds: number, callback: () => void): NodeJS.Timeout {
  return setTimeout(callback, Math.min(milliseconds, longestTimer));
}
