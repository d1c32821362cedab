/** When a run started, at the beginning of its id: `20261123-225045123-`. */
const stampPattern = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\d{0,3})-/;
/** A run's folder has such a name; nothing else in the store's folder is one. */
const idPattern = /^\d{8}-\d{6,9}-[\w.-]+$/;

export function isRunId(name: string): boolean {
  return idPattern.test(name) && !name.endsWith(".deleted");
}

/** The name in a run's id. */
export function nameOfRunId(id: string): string {
  return id.replace(stampPattern, "");
}

/**
 * The beginning of a new run's id: ids sort by the order in which their runs began, whatever the clock said, so
 * that the newest run is the last one that was started.
 * @param started by the clock, milliseconds since 1970.
 * @param newest the id that sorts last of those that are there.
 */
export function newStamp(started: number, newest: string | undefined): string {
  const last = newest === undefined ? Number.NaN : timeOf(newest);
  const time = new Date(last > started && last < latest ? last + 1 : started).toISOString();
  return time.replaceAll(/[-:.Z]/g, "").replace("T", "-");
}

/** The last year of four digits. */
const latest = Date.UTC(9999, 11, 31);

/** NaN where an id's stamp is no time. */
function timeOf(id: string): number {
  const [, year, month, day, hour, minute, second, milliseconds = ""] = stampPattern.exec(id) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds.padEnd(3, "0")}Z`);
}
