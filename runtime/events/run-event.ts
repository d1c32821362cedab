import type { ErrorReport, SourceLocation } from "../errors/error-report.ts";
import type { ArtifactContent } from "./artifacts.ts";
import type { State } from "./states.ts";

/** The gravest last. */
export const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;

export type LogLevel = (typeof logLevels)[number];

/** An edge of the graph, told by its downstream end. */
export interface Upstream {
  /** A task run, or the flow run of a subflow. */
  readonly run: string;
  /** Where the value goes: `[0]`, `[1].titles`; absent where only the order counts. */
  readonly argument?: string;
  readonly allowFailure?: boolean;
}

/** A table inside a result: where in it, and how to read it. Paths of files that are its own, or lie where its runs do, are relative to its folder. */
export interface ResultTable {
  /** `` for the result itself, `.left`, `[0]`. */
  readonly path: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly handle: { readonly kind: string; readonly path: string; readonly source?: SourceFiles };
  /** Of a file, or folder of files, in the run's folder. */
  readonly digest?: ContentDigest;
}

/** What the files of a view, which aren't the run's, were when it was made: `runtime/disk/file-version.ts`. */
export interface SourceFiles {
  readonly kind: "file" | "folder" | "nothing";
  readonly which: "all" | "parquet";
  readonly files: readonly {
    readonly name: string;
    readonly size: number;
    readonly stamp: string;
    readonly sha256?: string;
    readonly unsettled?: true;
  }[];
}

/** What a file held when it was written: SHA-256, hex, and its size. */
export interface ContentDigest {
  readonly sha256: string;
  readonly bytes: number;
  /** Of a folder: of its files' bytes alone, whatever their names. */
  readonly contents?: string;
}

/** Where a result is. Small ones are in the event itself, base64 of V8's structured-clone bytes. */
export interface ResultRef {
  readonly stored: { readonly inline: string } | { readonly file: string } | "nothing";
  /** Of the bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** The value in a few words. */
  readonly preview: string;
  readonly tables?: readonly ResultTable[];
}

export type ResourceStateName = "SettingUp" | "Open" | "TearingDown" | "Closed" | "Failed";

/**
 * What happened in a run, one line of `events.jsonl` each. `seq` counts from 1 without gaps; `time` is in
 * milliseconds since 1970, by the clock of the machine that ran.
 */
export type RunEvent = {
  readonly seq: number;
  readonly time: number;
  /** The how manieth process wrote it, of those that have written to the run; absent for the first. */
  readonly writer?: number;
} & RunEventBody;

export type RunEventBody =
  | {
      readonly type: "run-started";
      /** 1, and one more for each resume. */
      readonly attempt: number;
      readonly flow: string;
      readonly runName: string;
      /** The folder whose `.millrace/` has the run, as its process sees it: paths in what follows are so, too. */
      readonly base?: string;
      readonly threads: number;
      readonly parameters: unknown;
    }
  | {
      /** A subflow. */
      readonly type: "flow-run-created";
      readonly flowRun: string;
      readonly name: string;
      readonly flow: string;
      readonly parent: string;
      readonly upstream?: readonly Upstream[];
    }
  | {
      readonly type: "flow-run-state";
      readonly flowRun: string;
      readonly state: State;
      readonly error?: ErrorReport;
      readonly result?: ResultRef;
    }
  | {
      readonly type: "task-run-created";
      /** Unique in the run and the same in each attempt: `Similarity join-0`, in a subflow `Clean titles-0/Load-0`. */
      readonly taskRun: string;
      readonly name: string;
      readonly task: string;
      readonly flowRun: string;
      readonly upstream?: readonly Upstream[];
      /** Resources that it was given. */
      readonly resources?: readonly string[];
      readonly tags?: readonly string[];
      /** Set for the runs of one `.map` call. */
      readonly mapped?: { readonly group: string; readonly index: number };
      readonly source?: SourceLocation;
      /** Digest of what it was called with; with {@link code} and `used`, a resume knows it again by it. */
      readonly inputs: string;
      /** Digest of the code that it can reach, and its resources'. */
      readonly code?: string;
      /** A resume was told to run it again, whatever it came to before. */
      readonly again?: boolean;
      /** Its arguments in a few words each. */
      readonly arguments?: readonly string[];
      /** A resume took its result from an earlier attempt. */
      readonly adopted?: boolean;
    }
  | {
      /** A `.map` call over what isn't there yet; its task runs are created when it is, `mapped` with its id as `group`. */
      readonly type: "map-created";
      /** `Check[]-0`, in a subflow `Clean titles-0/Check[]-0`. */
      readonly map: string;
      readonly name: string;
      readonly task: string;
      readonly flowRun: string;
      readonly upstream?: readonly Upstream[];
      readonly resources?: readonly string[];
    }
  | {
      readonly type: "map-state";
      readonly map: string;
      readonly state: State;
      /** How many task runs it has; with Running. */
      readonly count?: number;
      /** Why it can't have any. */
      readonly error?: ErrorReport;
    }
  | {
      /** A resume took its result from an earlier attempt, once all above it was known to be the same. */
      readonly type: "task-run-adopted";
      readonly taskRun: string;
    }
  | {
      readonly type: "task-run-state";
      readonly taskRun: string;
      readonly state: State;
      /** Which try, from 1; with Running and Retrying. */
      readonly attempt?: number;
      /** Which worker thread, from 1; with Running and Retrying. */
      readonly thread?: number;
      /** When the next try is due, milliseconds since 1970; with AwaitingRetry. */
      readonly due?: number;
      /** Which of its retries comes, from 1, of how many; with AwaitingRetry after a failure. */
      readonly retry?: { readonly number: number; readonly of: number };
      readonly error?: ErrorReport;
      readonly result?: ResultRef;
      /** With a result: digest of the executions whose results it was made from; absent if there were none. */
      readonly used?: string;
    }
  | {
      readonly type: "resource-created";
      readonly resource: string;
      readonly name: string;
      readonly flowRun: string;
    }
  | {
      readonly type: "resource-state";
      readonly resource: string;
      readonly state: ResourceStateName;
      readonly error?: ErrorReport;
    }
  | {
      readonly type: "log";
      readonly level: LogLevel;
      readonly message: string;
      /** Absent for the engine's own lines. */
      readonly flowRun?: string;
      readonly taskRun?: string;
    }
  | {
      readonly type: "artifact";
      readonly key: string;
      readonly kind: ArtifactContent["kind"];
      readonly title: string;
      readonly description?: string;
      /** The content as JSON, relative to the run folder. */
      readonly file: string;
      /** Of that file. Absent in runs of earlier versions. */
      readonly digest?: ContentDigest;
      readonly flowRun: string;
      readonly taskRun?: string;
    }
  | {
      readonly type: "progress";
      readonly taskRun: string;
      readonly done: number;
      readonly total?: number;
      readonly message?: string;
    }
  | { readonly type: "cancel-requested"; readonly reason: string };
