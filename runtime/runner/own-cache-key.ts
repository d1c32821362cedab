import type { CacheOptions, TaskOptions } from "../authoring/task.ts";
import { fromBytes, toBytes } from "../crossing/bytes.ts";
import { type Decoding, decode } from "../crossing/decode.ts";
import { encode } from "../crossing/encode.ts";
import { constantFile } from "../crossing/shared-constant.ts";
import { readBelowSync } from "../disk/read-file.ts";
import { describe } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";
import { contentDigest } from "./content-digest.ts";
import { nodeValue } from "./node-value.ts";
import type { TaskRun } from "./task-run.ts";

/** A key can't be made. */
export class CacheKeyError extends UserError {
  override readonly name = "CacheKeyError";
}

type OwnKey = NonNullable<CacheOptions["key"]>;

/** What a task's author says that its results are known by, in place of code, arguments and what is read. */
export function ownKeyOf({ cache }: TaskOptions): OwnKey | undefined {
  return typeof cache === "object" ? cache.key : undefined;
}

/**
 * A digest of a task run's own key.
 * @returns undefined where the key is undefined or null: then nothing is cached.
 * @throws {CacheKeyError} for a key that can't be made.
 */
export async function ownKeyDigest(
  run: TaskRun,
  key: OwnKey,
  runFolder: string,
  decoding: Omit<Decoding, "result">,
): Promise<string | undefined> {
  try {
    const value =
      typeof key === "function" ? await key(...(await argumentsOf(run, runFolder, decoding))) : key;
    if (value === undefined || value === null) return undefined;
    const { futures, tables, resources, value: encoded } = encode(value, "The key", () => undefined);
    if (futures.length + tables.length + resources.length > 0)
      throw new TypeError("it holds a future, a table or a resource; give plain values");
    return await contentDigest(fromBytes(toBytes(encoded, "The key")), async () => undefined);
  } catch (error) {
    throw new CacheKeyError(`The cache's key of '${run.id}' can't be made: ${describe(error)}`);
  }
}

/** What the run is called with, as its body gets it. */
async function argumentsOf(
  run: TaskRun,
  runFolder: string,
  decoding: Omit<Decoding, "result">,
): Promise<never[]> {
  const handles = await run.tableHandles(runFolder);
  const nodes = new Map<string, TaskRun["dependencies"][number]["node"]>(
    run.dependencies.map(({ node }) => [node.id, node]),
  );
  const args = decode(fromBytes(run.inputs.args.bytes()), {
    ...decoding,
    table: (session, number) => decoding.table(session, handles[Number(number)]),
    result: (id) => {
      const node = nodes.get(id);
      return node && nodeValue(node, runFolder, decoding);
    },
    constant: (sha256) => fromBytes(readBelowSync(runFolder, constantFile(sha256), Number.POSITIVE_INFINITY)),
  });
  return args as never[]; // what the call passed, which was typed
}
