import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { PartialMessage } from "esbuild";
import { foldersUpwards } from "../disk/folders-upwards.ts";

/**
 * What is wrong with a module that has decorators where tsconfig.json asks for their metadata: types are only known to
 * TypeScript's own compiler, so that `Reflect.getMetadata("design:type", ...)` would give nothing, far from the cause.
 */
export function checkDecorators(file: string, text: string): PartialMessage | undefined {
  if (!text.includes("@")) return undefined;
  const code = text.replaceAll(notCode, (skipped) => skipped.replaceAll(/[^\n]/g, " "));
  const match = /(?:^|[{}();,\s])(@[A-Za-z_$][\w$.]*(?=[\s(]))/.exec(code);
  if (match === null) return undefined;
  const config = nearestConfig(dirname(file));
  const setBy = config && whereSet(config, new Set());
  if (setBy === undefined) return undefined;
  const before = text.slice(0, match.index).split("\n");
  return {
    text: `${setBy} has "emitDecoratorMetadata": true, and this module has decorators. The types of what they decorate are not known when a flow is built, so that they would find none. Give the types to the decorators themselves, as in @Column({ type: Number }), and turn the option off in a tsconfig.json beside the flow.`,
    location: { file, line: before.length, column: 0, lineText: text.split("\n")[before.length - 1] ?? "" },
  };
}

/** Comments, strings and templates. */
const notCode = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;

function nearestConfig(folder: string): string | undefined {
  return [...foldersUpwards(folder)].map((at) => join(at, "tsconfig.json")).find(existsSync);
}

/** The file that sets it: this one, or one that it extends. */
function whereSet(config: string, seen: Set<string>): string | undefined {
  if (seen.has(config)) return undefined;
  seen.add(config);
  const { compilerOptions, extends: bases } = readConfig(config);
  if (compilerOptions?.emitDecoratorMetadata !== undefined)
    return compilerOptions.emitDecoratorMetadata ? config : undefined;
  for (const base of [bases ?? []].flat().reverse()) {
    const file = locate(base, config);
    const found = file && whereSet(file, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Config {
  readonly compilerOptions?: { readonly emitDecoratorMetadata?: boolean };
  readonly extends?: string | readonly string[];
}

/** With comments and trailing commas, as TypeScript takes it; what can't be read sets nothing. */
function readConfig(file: string): Config {
  try {
    const text = readFileSync(file, "utf8").replace(/^\ufeff/, "");
    const plain = text.replaceAll(
      /("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g,
      (_, string?: string) => string ?? "",
    );
    return JSON.parse(
      plain.replaceAll(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string?: string) => string ?? ""),
    ) as Config; // TypeScript checks it
  } catch {
    return {};
  }
}

function locate(base: string, from: string): string | undefined {
  const candidates = /^\.{1,2}[\\/]/.test(base) || isAbsolute(base) ? [resolve(dirname(from), base)] : [];
  for (const path of candidates) {
    const found = [path, `${path}.json`, join(path, "tsconfig.json")].find(
      (each) => each.endsWith(".json") && existsSync(each),
    );
    if (found !== undefined) return found;
  }
  const require = createRequire(from);
  for (const name of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      return require.resolve(name);
    } catch {
      // the next
    }
  }
  return undefined;
}
