import type { Author } from "../authoring/context.ts";
import { TableError } from "../tables/table-error.ts";
import { alive, headOf, type Version } from "./versions.ts";

/** What is to be committed. */
export interface Commit {
  readonly dataset: string;
  readonly operation: string;
  readonly digest: string;
  /** Whether rows that others committed since would be lost: what they have been added to is replaced. */
  readonly replaces: boolean;
  /** Undefined outside of a run. */
  readonly author: Author | undefined;
  /** The how manieth of the task run's commits to the dataset it is, from 0. */
  readonly ordinal: number;
  /** The version that the caller goes by; undefined where it has read none. */
  readonly seen: number | undefined;
  /** Versions of earlier attempts of the run that count in this one: their task runs ran again, and found them made. */
  readonly confirmed: ReadonlySet<number>;
}

export type Decision =
  | { readonly kind: "commit" }
  /** It was made in an earlier try, or attempt of the run: the version stands. */
  | { readonly kind: "made"; readonly version: number }
  /** So it was, with other rows that came of the same inputs, and others have committed since: that one stands. */
  | { readonly kind: "stands"; readonly version: number }
  /** So it was, with other rows: that version and what follows it is taken back first. */
  | { readonly kind: "again"; readonly from: number };

/**
 * Whether a commit is to be made, so that each is made once, whatever is killed, tried again or resumed.
 * @throws {TableError} where one can't be made again, and where it would replace what the caller hasn't seen.
 */
export function decideCommit(commit: Commit, versions: readonly Version[]): Decision {
  const { author, dataset } = commit;
  const living = alive(versions);
  if (author !== undefined) {
    const made = living.findLast(
      ({ info }) =>
        info?.run === author.run && info.taskRun === author.taskRun && info.ordinal === commit.ordinal,
    );
    if (made?.info !== undefined) {
      const { version, info } = made;
      if (info.digest === commit.digest) return { kind: "made", version };
      const later = living.filter((each) => each.version > version);
      const other = later.find((each) => !isToBeMadeAgain(each, author, commit.confirmed));
      if (other === undefined) return { kind: "again", from: version };
      if (info.inputs !== undefined && info.inputs === author.inputs) return { kind: "stands", version };
      throw new TableError(
        `The dataset ${dataset}: task run '${author.taskRun}' committed version ${version} in an earlier attempt of this run, with other rows, and ${whoText(other)} has committed version ${other.version} since. So it can't be made again. Start a new run.`,
      );
    }
  }
  const seen = commit.seen ?? headOf(versions);
  const unseen = living.find(
    ({ version, info }) => version > seen && (author === undefined || info?.run !== author.run),
  );
  if (commit.replaces && unseen !== undefined)
    throw new TableError(
      `The dataset ${dataset}: ${whoText(unseen)} has committed version ${unseen.version} since this run read version ${seen}: ${commit.operation} would lose its rows. Start a new run, which reads them.`,
    );
  return { kind: "commit" };
}

/** Whether a commit is of a task run that is to run again, too, or does. */
function isToBeMadeAgain(version: Version, author: Author, confirmed: ReadonlySet<number>): boolean {
  const { info } = version;
  if (info?.run !== author.run) return false;
  return info.taskRun === author.taskRun || isUndone(version, author, confirmed);
}

/** Whether a commit of an earlier attempt of the run counts as undone: its task run is to run again. */
export function isUndone(
  { version, info }: Version,
  author: Author,
  confirmed: ReadonlySet<number>,
): boolean {
  if (info?.run !== author.run || info.runAttempt === author.runAttempt) return false;
  return !confirmed.has(version) && !(info.taskRun !== undefined && author.standing.includes(info.taskRun));
}

function whoText({ info }: Version): string {
  if (info?.run === undefined) return "another program";
  return `${info.taskRun === "." ? "the body" : `task run '${info.taskRun}'`} of run '${info.run}'`;
}
