import type { FlowFile } from "./read-flow-file.ts";

/** What a flow file says, and which files were read for it: a change of any of them may change it. */
export interface ReadFlow {
  readonly file: FlowFile;
  readonly modules: ReadonlySet<string>;
}

export interface ReadRequest {
  readonly id: number;
  readonly file: string;
  /** Texts of files that an editor has changed. */
  readonly unsaved: ReadonlyMap<string, string>;
}

export interface ReadAnswer {
  readonly id: number;
  readonly read: ReadFlow;
}
