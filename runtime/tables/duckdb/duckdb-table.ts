import { PlannedTable } from "../planned-table.ts";
import type { PlanNode } from "./plan.ts";

/** A table of a session of DuckDB. */
export class DuckDbTable extends PlannedTable<PlanNode> {}
