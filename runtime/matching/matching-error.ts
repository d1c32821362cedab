/** Input that a stage or a join can't work with. The message says what, where and what to do. */
export class MatchingError extends Error {
  override readonly name = "MatchingError";
}
