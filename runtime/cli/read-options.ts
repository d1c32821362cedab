import { nearestName } from "../authoring/nearest-name.ts";
import { UsageError } from "../errors/user-error.ts";

/** @throws {UsageError} for what is no whole number from `least`. */
export function wholeNumber(option: string, given: string, least: number): number {
  const value = Number(given);
  if (given.trim() !== "" && Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`${option} is '${given}': give a whole number from ${least}.`);
}

const units: { readonly [unit: string]: number } = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of `7d`, `12h`, `30m`, `1.5h`. */
export function age(option: string, given: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(given) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new UsageError(
      `${option} is '${given}': give a number with a unit: s, m, h, d or w, as in 7d or 12h.`,
    );
  }
  return Number(amount) * (units[unit] ?? 0);
}

/** The one of `choices` that is meant, whatever the case; its beginning will do where only one begins so. */
export function choice<T extends string>(option: string, given: string, choices: readonly T[]): T {
  const found = choices.find((candidate) => candidate.toLowerCase() === given.toLowerCase());
  if (found !== undefined) return found;
  const beginning = choices.filter((candidate) => candidate.toLowerCase().startsWith(given.toLowerCase()));
  if (given !== "" && beginning.length === 1 && beginning[0] !== undefined) return beginning[0];
  const hint = nearestName(given, choices);
  throw new UsageError(
    `${option} is '${given}': give one of ${choices.join(", ")}.${hint === undefined ? "" : ` Did you mean '${hint}'?`}`,
  );
}
