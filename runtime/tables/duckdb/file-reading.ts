import type { PlannedTable } from "../planned-table.ts";
import type { RejectedRow } from "../session.ts";
import type { RunFolders } from "../source.ts";
import type { Engine } from "./engine.ts";
import type { FileAccess } from "./file-access.ts";
import type { PlanNode } from "./plan.ts";
import type { MakeTable } from "./tables-together.ts";

/** What reading files needs of a session. */
export interface FileReading {
  readonly engine: Engine;
  readonly files: FileAccess;
  readonly run: RunFolders | undefined;
  readonly make: MakeTable;
}

/** The rows of files, and how to come by the ones that were left out. */
export interface ReadFiles {
  readonly table: PlannedTable<PlanNode>;
  rejects(): Promise<RejectedRow[]>;
}
