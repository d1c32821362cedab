import { readFileSync } from "node:fs";
import { type FlowFile, readFlowFile } from "../../runtime/discovery/read-flow-file.ts";

/** What a flow file says, and which files were read for it: a change of any of them may change it. */
export interface ReadFlow {
  readonly file: FlowFile;
  readonly modules: ReadonlySet<string>;
}

/**
 * Reads a flow file and the modules that it imports. The parser comes with this module, which is why it is
 * imported only when the first flow is read.
 * @param unsaved the text of a file that an editor has changed.
 */
export function readFlow(path: string, unsaved: (path: string) => string | undefined): ReadFlow {
  const modules = new Set<string>();
  const read = (module: string) => {
    modules.add(module);
    return unsaved(module) ?? readFileSync(module, "utf8");
  };
  try {
    return { file: readFlowFile(path, read), modules };
  } catch (error) {
    const message = `It can't be read: ${(error as Error).message}`; // fs throws errors only
    const problems = [{ message, source: { file: path, line: 1, column: 1 } }];
    return { file: { file: path, flow: undefined, flows: [], tasks: [], problems }, modules };
  }
}
