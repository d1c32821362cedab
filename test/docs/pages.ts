import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..", "..");

/** A page of the documentation. */
export interface Page {
  /** From the root, such as `runtime/README.md`. */
  readonly path: string;
  readonly text: string;
}

/** What a code block's page says of it, in comments before it. */
export interface CodeBlock {
  readonly page: string;
  /** 1-based, of its first line. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** `<!-- file: cities.flow.ts -->`: it is this file, which other blocks may import. */
  readonly file: string | undefined;
  /** `<!-- given: declare const days: Table; -->`: what stands before a fragment that isn't a module by itself. */
  readonly given: string;
  /** `<!-- run -->`, or `<!-- run: { "file": "days.csv" } -->` with the parameters of a flow. */
  readonly run: string | undefined;
  /** `<!-- test -->`: it is a test, for mocha. */
  readonly isTest: boolean;
  /** `<!-- data: days.csv`, the file's lines, `-->`: files that it reads. */
  readonly data: readonly { readonly path: string; readonly text: string }[];
}

const folders = [".", ".devcontainer", ".github", "extension", "runtime", "test"];

/** Every page: README.md of each room, and what is in .github. */
export function pages(): readonly Page[] {
  return folders
    .flatMap((folder) => pagesBelow(join(root, folder), folder !== "."))
    .map((file) => ({
      path: relative(root, file).replaceAll("\\", "/"),
      text: readFileSync(file, "utf8"),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function pagesBelow(folder: string, deep: boolean): string[] {
  return readdirSync(folder, { recursive: deep, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
    .filter((path) => !/^(CHANGELOG|LICENSE)/.test(relative(root, path)));
}

/** The code blocks of a page, in their order. */
export function codeBlocks({ path, text }: Page): readonly CodeBlock[] {
  const block = /((?:^ *<!--(?:(?!-->)[\s\S])*-->\n)*)^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;
  return [...text.matchAll(block)].map((match) => {
    const [, comments = "", indent = "", language = "", code = ""] = match;
    const of = (name: string) =>
      new RegExp(`<!-- ${name}:? ?((?:(?!-->)[\\s\\S])*?)\\s*-->`).exec(comments)?.[1];
    return {
      page: path,
      line: text.slice(0, match.index + comments.length).split("\n").length + 1,
      language,
      text: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      file: of("file"),
      given: of("given") ?? "",
      run: of("run"),
      isTest: of("test") !== undefined,
      data: [...comments.matchAll(/<!-- data: (\S+)\n([\s\S]*?)-->/g)].map(([, to = "", lines = ""]) => ({
        path: to,
        text: lines,
      })),
    };
  });
}

/** Links of a page to files and headings of this repository that aren't there. */
export function deadLinks(page: Page, all: readonly Page[], exists: (path: string) => boolean): string[] {
  const prose = page.text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`]*`/g, "");
  return [...prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    const [path = "", heading] = link.split("#");
    const target = path === "" ? page.path : relative(root, resolve(root, dirname(page.path), path));
    const there = all.find((each) => each.path === target.replaceAll("\\", "/"));
    if (there === undefined && !exists(join(root, target))) return [link];
    return heading !== undefined && there !== undefined && !headingsOf(there.text).includes(heading)
      ? [link]
      : [];
  });
}

/** A page's headings as links name them. */
function headingsOf(text: string): string[] {
  return [...text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
