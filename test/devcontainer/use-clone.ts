import { Clone } from "./dev-container.ts";
import { NoEngineError } from "./engine/docker-engine.ts";

let shared: Promise<Clone | string> | undefined;
let users = 0;

/**
 * The clone whose containers a suite works with: one for all suites, made before the first and removed after
 * the last. The suites are skipped, with the reason, where no container can be started.
 */
export function useClone(): () => Clone {
  let clone: Clone | undefined;
  users++;
  before(async function () {
    this.timeout(600_000);
    shared ??= Clone.make().catch((error: unknown) => {
      if (!(error instanceof NoEngineError)) throw error;
      console.error(`Skipped: ${error.message}`);
      return error.message;
    });
    const made = await shared;
    if (typeof made === "string") this.skip();
    clone = made;
  });
  after(async function () {
    this.timeout(120_000);
    users--;
    if (users === 0) await clone?.remove();
  });
  return () => {
    if (clone === undefined) throw new Error("The clone is made before a suite's tests, not before that.");
    return clone;
  };
}
