/**
 * Days and instants as text and back, in the proleptic Gregorian calendar, which both engines count in. A year is
 * written with four digits from 0000 to 9999, and beyond with a sign and six or more, as JavaScript's own text has it:
 * `2026-11-23`, `-000043-03-15` (the 15th of March, 44 BC), `+010000-01-01`.
 */

const dayMilliseconds = 86_400_000;
/** Days of 400 years. */
const eraDays = 146_097;

/** Why a value that a table holds is none that a row can hold; `message` follows "... is ". */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

/** @param days since 1970-01-01. Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
export function dateText(days: number): string {
  const shifted = days + 719_468; // since 0000-03-01
  const era = Math.floor(shifted / eraDays);
  const day = shifted - era * eraDays;
  const year = Math.floor(
    (day - Math.floor(day / 1_460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365,
  );
  const dayOfYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const march = Math.floor((5 * dayOfYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const dayOfMonth = dayOfYear - Math.floor((153 * march + 2) / 5) + 1;
  const civilYear = year + era * 400 + (month <= 2 ? 1 : 0);
  return `${yearText(civilYear)}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
}

/**
 * Days since 1970-01-01 of a date as {@link dateText} writes it. Algorithm: days_from_civil of the same source.
 * @returns undefined for what is no date.
 */
export function dayNumber(text: string): number | undefined {
  const match = /^(\d{4}|[-+]\d{6,7})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const month = Number(match[2]);
  const year = Number(match[1]) - (month <= 2 ? 1 : 0);
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + Number(match[3]) - 1;
  const day = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * eraDays + day - 719_468;
  return dateText(days) === text ? days : undefined;
}

/** Whether a text is a day of four digits, two and two, as ISO 8601 has them. */
export function isPlainDay(text: string): boolean {
  return text.length === 10 && dayNumber(text) !== undefined;
}

/**
 * @param micros since 1970, whose last three digits a Date can't hold.
 * @throws {UnreadableError} for an instant beyond a Date's reach.
 */
export function instant(micros: bigint): Date {
  const rest = micros % 1_000n;
  const millis = Number((micros - (rest < 0n ? rest + 1_000n : rest)) / 1_000n);
  const date = new Date(millis);
  if (!Number.isNaN(date.getTime())) return date;
  throw new UnreadableError(
    `a timestamp of ${dateText(Math.floor(millis / dayMilliseconds))}, and a Date reaches from -271821-04-20 to +275760-09-13`,
  );
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9_999) return String(year).padStart(4, "0");
  return `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(6, "0")}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
