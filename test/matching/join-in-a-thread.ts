import { parentPort, workerData } from "node:worker_threads";
import { pairsBySize } from "../../runtime/matching/exact-join/bands.ts";
import { planJoin } from "../../runtime/matching/exact-join/plan.ts";

import { setColumn } from "../../runtime/matching.ts";

/** A thread that joins with the help of others; it is given lists of indices and says how many pairs there are. */
const criterion = { measure: "jaccard", comparison: ">", maxDistance: 0.8 } as const;
const plan = planJoin(setColumn(workerData), undefined, criterion, false);
let count = 0;
for await (const { pairs } of pairsBySize(plan, { threads: 2, helpFrom: 0 })) count += pairs.left.length;
parentPort?.postMessage(count);
