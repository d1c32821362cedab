import { importedName } from "../provided-modules.ts";
import { declaredNames, hasPlainKey, isNode, plainKey, properties, type SyntaxNode } from "./syntax.ts";

/** What a piece of code does, told so that two pieces with one text do the same if their references do. */
export interface Template {
  /** References to the module's own names are numbered in it, in the order of {@link references}. */
  readonly text: string;
  readonly references: readonly string[];
  /** What it loads while it runs: `import("...")`, `require("...")`. */
  readonly imports: readonly string[];
}

/** What a bundled module has at its top. */
export interface TopLevel {
  declares(name: string): boolean;
  /** Whether a text in the code is a module that the bundle leaves outside, as the bundler names it. */
  isOutside(specifier: string): boolean;
}

/**
 * Tells a piece of a bundled module without comments, white space and the names of its locals.
 *
 * A bundler renames locals that would hide a name of the whole bundle: what is `rows` today is `rows2` when
 * another module gets a `rows`. So locals are told by their name without digits and by the order in which names
 * that differ in digits only occur first. That is a renaming of all locals at once, each to a name of its own:
 * two pieces that are told alike differ in names only. Globals keep their names.
 */
export function templateOf(node: SyntaxNode, topLevel: TopLevel): Template {
  const writer = new Writer(declaredNames(node), topLevel);
  writer.add(node);
  return {
    text: writer.parts.join(" "),
    references: [...writer.references.keys()],
    imports: [...writer.imports],
  };
}

class Writer {
  readonly parts: string[] = [];
  readonly references = new Map<string, number>();
  readonly #locals = new Map<string, string>();
  readonly #bases = new Map<string, number>();
  readonly #declared: ReadonlySet<string>;
  readonly imports = new Set<string>();
  readonly #topLevel: TopLevel;

  constructor(declared: ReadonlySet<string>, topLevel: TopLevel) {
    this.#declared = declared;
    this.#topLevel = topLevel;
  }

  add(value: unknown): void {
    if (Array.isArray(value)) {
      this.parts.push(`[${value.length}`);
      for (const item of value) this.add(item);
    } else if (isNode(value)) {
      this.#addNode(value);
    } else if (typeof value === "object" && value !== null) {
      // The text of a template's piece.
      for (const [name, item] of Object.entries(value).sort())
        this.parts.push(name, JSON.stringify(item) ?? "");
    } else {
      this.parts.push(typeof value === "bigint" ? `${value}n` : (JSON.stringify(value) ?? "undefined"));
    }
  }

  #addNode(node: SyntaxNode): void {
    if (node.type === "Identifier") {
      this.#addName(node.name);
      return;
    }
    this.parts.push(node.type);
    if (node.type === "StringLiteral" && this.#topLevel.isOutside(node.value)) {
      this.imports.add(node.value);
      this.parts.push("of", importedName(node.value));
      return;
    }
    const key = hasPlainKey(node) ? plainKey(node) : undefined;
    for (const [name, value] of properties(node)) {
      this.parts.push(name);
      if (key !== undefined && (name === "key" || name === "property")) this.parts.push(JSON.stringify(key));
      else if (name === "label" && isNode(value) && value.type === "Identifier")
        this.parts.push(`:${value.name}`);
      else this.add(value);
    }
  }

  #addName(name: string): void {
    const isTopLevel = this.#topLevel.declares(name);
    if (isTopLevel) {
      const number = this.references.get(name) ?? this.references.size;
      this.references.set(name, number);
      if (!this.#declared.has(name)) this.parts.push(`@${number}`);
    }
    // One that is both, which bundlers avoid, is told as both.
    if (this.#declared.has(name)) this.parts.push(this.#local(name));
    else if (!isTopLevel) this.parts.push(`$${name}`);
  }

  #local(name: string): string {
    let told = this.#locals.get(name);
    if (told === undefined) {
      const base = name.replace(/\d+$/, "");
      const number = this.#bases.get(base) ?? 0;
      this.#bases.set(base, number + 1);
      told = `~${base}#${number}`;
      this.#locals.set(name, told);
    }
    return told;
  }
}
