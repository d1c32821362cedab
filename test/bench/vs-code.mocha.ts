import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useVsCode } from "../e2e/vs-code/session.ts";
import type { VsCodeWindow } from "../e2e/vs-code/window.ts";
import { makeWorkspace, removeWorkspace } from "../e2e/vs-code/workspace.ts";

// npm run bench -- vs-code
// A workspace of 10,000 files of which 500 are flows, in a real VS Code: how long the extension takes to
// activate, to find and read the flows, and to show a change (which the browser is looked at for every 100 ms).
const folders = 100;
const filesInEach = 100;
const flowsInEach = 5;

describe("In VS Code, a workspace of 10,000 files of which 500 are flows", function () {
  this.timeout(120_000);
  const vsCode = useVsCode();
  let folder: string;
  let window: VsCodeWindow;

  before(async () => {
    folder = await makeWorkspace();
    for (let i = 0; i < folders; i++) {
      const path = join(folder, `part-${i}`);
      await mkdir(path);
      for (let j = 0; j < filesInEach; j++) {
        const isFlow = j < flowsInEach;
        const text = isFlow ? flowText(`Flow ${i}-${j}`) : `export const n = ${j};\n`;
        await writeFile(join(path, isFlow ? `f${j}.flow.ts` : `m${j}.ts`), text);
      }
    }
    window = await vsCode().open(folder);
    await window.showViews();
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Flow 0-0" }).waitFor();
  });

  after(() => removeWorkspace(folder));

  it("is measured", async () => {
    const starting = await extensionLog(vsCode().server.folder);
    await writeFile(join(folder, "one-more.flow.ts"), flowText("One more"));
    await window.view("Flows").locator(".monaco-list-row", { hasText: "One more" }).waitFor();
    const open = await extensionLog(vsCode().server.folder);
    await writeFile(join(folder, "part-0", "f0.flow.ts"), flowText("Renamed"));
    const written = performance.now();
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Renamed" }).waitFor();
    const shown = performance.now() - written;
    console.log(
      JSON.stringify({
        bench: "vs-code",
        activationMilliseconds: numberIn(starting, /Activated in ([\d.]+) ms/),
        foundWhileStartingMilliseconds: numberIn(starting, /Found 500 flow files in (\d+) ms/),
        foundMilliseconds: numberIn(open, /Found 501 flow files in (\d+) ms/),
        readMilliseconds: numberIn(open, /Read 500 flow files in (\d+) ms/),
        changeShownMilliseconds: Math.round(shown),
      }),
    );
  });
});

function flowText(name: string): string {
  return `import { flow, task } from "millrace";
const one = task("One", () => 1);
const two = task("Two", (n: number) => n + 1);
export default flow({ name: "${name}" }, () => {
  two(one());
});
`;
}

/** What the extension has written to its log since the server started. */
async function extensionLog(serverFolder: string): Promise<string> {
  const logs = join(serverFolder, "data", "logs");
  const files = (await readdir(logs, { recursive: true })).filter((file) => /Millrace\.log$/.test(file));
  return (await Promise.all(files.map((file) => readFile(join(logs, file), "utf8")))).join("\n");
}

function numberIn(log: string, pattern: RegExp): number {
  const found = pattern.exec(log)?.[1];
  if (found === undefined) throw new Error(`The log says nothing like ${pattern}:\n${log}`);
  return Number(found);
}
