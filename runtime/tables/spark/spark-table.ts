import { PlannedTable } from "../planned-table.ts";
import type { PlanNode } from "./plan.ts";

/** A table of a session of Spark. */
export class SparkTable extends PlannedTable<PlanNode> {}
