import { pathToFileURL } from "node:url";
import type Mocha from "mocha";

/** Where mocha lies: this module is bundled, mocha isn't. Set by whoever bundles it. */
declare const MOCHA: string;

/** What VS Code calls in its extension host. */
export async function run(): Promise<void> {
  // A package by its path has no types of its own.
  const module = (await import(pathToFileURL(MOCHA).href)) as { default: typeof Mocha };
  const mocha = new module.default({ ui: "bdd", color: false, timeout: 20_000 });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await import("./flow-tree.suite.ts");
  await import("./flow-lenses.suite.ts");
  await import("./run-tree.suite.ts");
  await import("./run-panel.suite.ts");
  await import("./commands.suite.ts");
  await new Promise<void>((resolve, reject) => {
    mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} failed.`))));
  });
}
