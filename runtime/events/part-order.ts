/** These alone; these and what they need; these and all below them; all checks and what they need. */
export const partKinds = ["only", "until", "from", "only-checks"] as const;

/** Which part of a flow a run is. */
export interface PartOrder {
  readonly kind: (typeof partKinds)[number];
  /** See `selects`; none for `only-checks`. */
  readonly selectors: readonly string[];
  /** Id of the run whose results stand for what isn't run. */
  readonly defer?: string;
}
