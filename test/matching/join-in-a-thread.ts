import { parentPort, workerData } from "node:worker_threads";
import { planJoin } from "../../runtime/matching/jaccard-plan.ts";
import { runPlan } from "../../runtime/matching/jaccard-threads.ts";
import { setColumn } from "../../runtime/matching.ts";

/** A thread that joins with the help of others; it is given lists of indices and says how many pairs there are. */
const plan = planJoin(setColumn(workerData), undefined, 0.8, false);
const parts = await runPlan(plan, { threads: 2, helpFrom: 0 });
parentPort?.postMessage(parts.reduce((sum, { left }) => sum + left.length, 0));
