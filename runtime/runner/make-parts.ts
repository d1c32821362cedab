import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { DigestKey } from "../secrets/digest-key.ts";
import { givenSecrets } from "../secrets/find-secret.ts";
import { knownSecrets, knowSecret } from "../secrets/known-secrets.ts";
import { keepLastWords } from "../store/last-words.ts";
import { AttachedResources } from "../worker/attached-resources.ts";
import type { RunEnvironment } from "../worker/protocol.ts";
import { DeferredResults } from "./deferred-results.ts";
import { engineMemory } from "./engine-memory.ts";
import { type Journal, warn } from "./journal.ts";
import type { OpenedRun } from "./open-run.ts";
import { ResultCache } from "./result-cache.ts";
import type { RunFlowOptions } from "./run-flow-options.ts";
import { RunPart } from "./run-part.ts";
import { RunParts } from "./run-parts.ts";
import { RunResources } from "./run-resources.ts";
import { Scheduler } from "./scheduler.ts";
import { Slots } from "./slots.ts";
import type { ThreadsListener } from "./task-threads.ts";

/** Puts the parts of a run together. */
export function makeParts(
  options: RunFlowOptions,
  opened: OpenedRun,
  journal: Journal,
): { readonly parts: RunParts; readonly cache: ResultCache } {
  const { loaded, base, pool } = options;
  const { path, earlier, writings } = opened;
  pool.listen(threadsListener(path, journal));
  const environment: RunEnvironment = {
    bundle: pathToFileURL(loaded.bundle.path).href,
    folder: options.folder,
    runFolder: path,
    session: options.session,
    threads: pool.threads.size,
    given: givenSecrets(),
    secrets: knownSecrets(),
    memory: options.memory ?? engineMemory(),
    cores: Math.min(availableParallelism(), pool.threads.size),
  };
  pool.threads.prepare(environment);
  const { memory, cores } = environment;
  const attached = new AttachedResources({
    ...environment,
    machine: { memory, cores, busy: new Int32Array(new SharedArrayBuffer(4)), slot: 0 }, // in a process of its own
    thread: "flow",
  });
  const resources = new RunResources(attached, journal, (resource) => pool.threads.detach(resource));
  const digestKey = new DigestKey(base); // one: it stretches the secrets that it is given once
  const cache = new ResultCache({
    base,
    runFolder: path,
    attached,
    digestKey,
    onError: (error) => warn(journal, "A result could not be cached", error),
    tell: (message) => journal.append({ type: "log", level: "INFO", message }),
  });
  const slots = new Slots();
  const scheduler = new Scheduler({
    pool: pool.threads,
    slots,
    tell: (message) => warn(journal, message),
    cache,
    resources,
    environment,
    writings,
  });
  const part = options.part && new RunPart(options.part.order, deferredOf(options.part, path), scheduler);
  const parts = new RunParts({
    path,
    writer: opened.lock.number,
    journal,
    loaded,
    attached,
    digestKey,
    slots,
    scheduler,
    resources,
    earlier,
    writings,
    part,
  });
  return { parts, cache };
}

/** A run that goes on has taken some results before. */
function deferredOf(
  { runs }: NonNullable<RunFlowOptions["part"]>,
  path: string,
): DeferredResults | undefined {
  return runs.length === 0 ? undefined : new DeferredResults(runs, path);
}

/** Tells what the threads say, and what becomes of them. */
function threadsListener(path: string, journal: Journal): ThreadsListener {
  return {
    onMessage({ events, secrets = [] }, done) {
      for (const value of secrets) knowSecret(value);
      for (const event of events) journal.append(event);
      journal.whenDurable(done);
    },
    onStrayError: ({ name, message }) =>
      warn(journal, `A worker thread ended while no task ran there: ${name}: ${message}`),
    onHostEnded: ({ why, lastWords }) => {
      const kept = keepLastWords(path, lastWords);
      const where = kept === undefined ? "" : ` What it wrote last is in ${kept}.`;
      const message = `The tasks' process is gone: one of them ${why}${where}`;
      journal.append({ type: "log", level: "ERROR", message });
    },
  };
}
