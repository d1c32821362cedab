import { parentPort } from "node:worker_threads";
import { RefusedFileError, readAnywhereSync } from "../disk/read-file.ts";
import type { ReadAnswer, ReadFlow, ReadRequest } from "./flow-reader-messages.ts";
import { largestModule, readFlowFile } from "./read-flow-file.ts";

/** What is read for a flow, all that it imports together; bytes. */
const largestFlow = 16 << 20;

parentPort?.on("message", ({ id, file, unsaved }: ReadRequest) => {
  parentPort?.postMessage({ id, read: read(file, unsaved) } satisfies ReadAnswer);
});

function read(path: string, unsaved: ReadonlyMap<string, string>): ReadFlow {
  const modules = new Set<string>();
  let left = largestFlow;
  const textOf = (module: string) => {
    modules.add(module);
    const given = unsaved.get(module);
    const text = given ?? String(readAnywhereSync(module, Math.min(left, largestModule)));
    if (text.length > largestModule)
      throw new RefusedFileError(
        `${module} isn't read: it is larger than ${largestModule >> 20} MB, which is the most.`,
      );
    left = Math.max(0, left - text.length);
    return text;
  };
  return { file: readFlowFile(path, textOf), modules };
}
