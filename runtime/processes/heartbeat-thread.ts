import { existsSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { beatInterval, type HeartbeatWork, writeBeat } from "./heartbeat.ts";

const { file, mark, until } = workerData as HeartbeatWork; // given by startHeartbeat only
let count = 0;
const timer = setInterval(() => {
  if (existsSync(until)) clearInterval(timer);
  else writeBeat(file, mark, ++count);
}, beatInterval);
