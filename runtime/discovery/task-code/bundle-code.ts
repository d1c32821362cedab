import { createHash } from "node:crypto";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@babel/parser";
import type { Node } from "@babel/types";
import { importedName } from "../provided-modules.ts";
import { Outside } from "./outside.ts";
import { Purity } from "./purity.ts";
import { children, isFunction, isNode, patternNames, type SyntaxNode } from "./syntax.ts";
import { type Template, templateOf } from "./template.ts";

/** A place in a bundle. Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What the code of a task comes to. */
export interface ReachedCode {
  /** Of the declarations that it reaches, and of what its modules do when they are loaded. */
  readonly digest: string;
  /** Packages and builtins that it imports, as the bundle names them. */
  readonly imports: readonly string[];
  /** Names of the environment's variables that stand in it. */
  readonly environment: readonly string[];
  /** What it uses that no digest can know, such as `Date.now`. */
  readonly unseen: readonly string[];
}

/** A declaration, or a statement that declares nothing: the smallest that is reached whole. */
interface Unit {
  readonly names: readonly string[];
  readonly node: SyntaxNode;
  readonly module: number;
  /** What it is imported from. */
  readonly from: string | undefined;
  /** Evaluating it may change something: it counts for all tasks. */
  hasEffect: boolean;
  template: Template | undefined;
}

/** Modules whose functions only define things (flows, tasks, schemas), and those that do so where nobody names the result. */
const isDefining = /^(millrace|zod)(\/|$)/;
const isRuntime = /^millrace(\/|$)/;

export interface BundleCodeOptions {
  /** Modules that the bundle leaves outside, as it names them. */
  readonly imports: ReadonlySet<string>;
  /** Keys of the bundle's modules: the bundler puts each above what it has of the module, as a comment. */
  readonly modules: ReadonlySet<string>;
  /** Folder that places of modules are told relative to. */
  readonly folder: string;
}

/**
 * The declarations of a bundled module, and which of them reach which others.
 *
 * A task's code is what the statements that define it reach, over all modules. What modules do when they are loaded
 * counts for every task of the bundle, since each thread loads them all; a module that does something and is reached
 * counts whole.
 */
export class BundleCode {
  readonly #units: Unit[] = [];
  readonly #unitOf = new Map<string, Unit>();
  readonly #assigned = new Set<string>();
  /** Modules that do something when they are loaded. */
  readonly #active = new Set<number>();
  /** Units that go with another whenever it is reached. */
  readonly #adopted = new Map<Unit, readonly Unit[]>();
  readonly #outside = new Map<Unit, Outside>();
  readonly #options: BundleCodeOptions;

  constructor(code: string, options: BundleCodeOptions) {
    this.#options = options;
    const { program, comments } = parse(code, { sourceType: "module", attachComment: true });
    const modules = (comments ?? [])
      .filter(({ type, value }) => type === "CommentLine" && options.modules.has(value.trim()))
      .map(({ start, value }) => ({ start: start ?? 0, name: value.trim() }));
    const numbers = new Map<string, number>();
    const moduleAt = (start: number): number => {
      let name = "";
      for (const module of modules) if (module.start < start) name = module.name;
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return number;
    };
    const statements = program.body as readonly Node[] as readonly SyntaxNode[]; // Babel's nodes, to be walked
    for (const statement of statements) this.#noteAssigned(statement);
    for (const statement of statements) this.#declare(statement, moduleAt(Number(statement.start)));
    this.#findEffects();
  }

  /** The code that is reached from what stands at `places`, the topmost frames of a definition's stack first. */
  reachedFrom(places: readonly Place[]): ReachedCode {
    const roots = places.map((place) => this.#rootAt(place)).filter((root) => root !== undefined);
    return this.#reach(roots);
  }

  #noteAssigned(node: SyntaxNode): void {
    if (node.type === "AssignmentExpression" && isNode(node.left))
      for (const name of patternNames(node.left)) this.#assigned.add(name);
    if (node.type === "UpdateExpression" && isNode(node.argument))
      for (const name of patternNames(node.argument)) this.#assigned.add(name);
    if ((node.type === "ForOfStatement" || node.type === "ForInStatement") && isNode(node.left))
      for (const name of patternNames(node.left)) this.#assigned.add(name);
    for (const child of children(node)) this.#noteAssigned(child);
  }

  #declare(statement: SyntaxNode, module: number): void {
    switch (statement.type) {
      case "ImportDeclaration":
        // Each name for itself: a bundler leaves out what nobody uses.
        for (const specifier of children(statement))
          if (specifier.type.startsWith("Import"))
            this.#add([nameOf(specifier.local)], specifier, module, statement.source.value);
        if (statement.specifiers.length === 0) this.#add([], statement, module, statement.source.value);
        return;
      case "VariableDeclaration":
        for (const declarator of children(statement))
          this.#add(isNode(declarator.id) ? [...patternNames(declarator.id)] : [], declarator, module);
        return;
      case "FunctionDeclaration":
      case "ClassDeclaration":
        this.#add([nameOf(statement.id)], statement, module);
        return;
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        // A bundler declares first, and exports names at the end, which is nothing that a task can see.
        if (isNode(statement.declaration)) this.#declare(statement.declaration, module);
        return;
      case "EmptyStatement":
        return;
      default:
        this.#add([], statement, module);
    }
  }

  #add(names: readonly string[], node: SyntaxNode, module: number, from?: string): void {
    const unit: Unit = { names, node, module, from, hasEffect: false, template: undefined };
    this.#units.push(unit);
    for (const name of names) this.#unitOf.set(name, unit);
  }

  #findEffects(): void {
    const importedFrom = (name: string) => this.#unitOf.get(name)?.from;
    const purity = new Purity(
      {
        importedFrom,
        isTopLevel: (name) => this.#unitOf.has(name),
        initializer: (name) => {
          const node = this.#assigned.has(name) ? undefined : this.#unitOf.get(name)?.node;
          if (node?.type === "FunctionDeclaration") return node;
          return node?.type === "VariableDeclarator" && nameOf(node.id) === name && isNode(node.init)
            ? node.init
            : undefined;
        },
      },
      (specifier) => isDefining.test(importedName(specifier)),
    );
    for (const unit of this.#units) {
      const { node } = unit;
      const owner = ownerOf(node);
      const isStatement = node.type.endsWith("Statement");
      const namespace = owner === undefined ? undefined : this.#unitOf.get(owner);
      if (namespace !== undefined) {
        // The getters of a namespace belong to it.
        this.#adopted.set(namespace, [...(this.#adopted.get(namespace) ?? []), unit]);
        continue;
      }
      const isPure = isStatement
        ? this.#isInert(node, purity, importedFrom)
        : isPureDeclaration(node, purity);
      if (isPure) continue;
      unit.hasEffect = true;
      if (isStatement && !isInitializing(node)) this.#active.add(unit.module);
    }
  }

  /** A statement that does nothing: one that defines a task that nobody names, say. */
  #isInert(node: SyntaxNode, purity: Purity, importedFrom: (name: string) => string | undefined): boolean {
    const { expression } = node;
    if (node.type !== "ExpressionStatement" || !isNode(expression) || !purity.isPure(expression))
      return false;
    if (!containsCall(expression)) return true;
    const from = isNode(expression.callee) ? importedFrom(nameOf(expression.callee)) : undefined;
    return from !== undefined && isRuntime.test(importedName(from));
  }

  /** A definition is reached by its own call, not by all that stands in the same statement, where that can be told. */
  #rootAt(place: Place): Unit | undefined {
    const unit = this.#units.find(({ node }) => contains(node, place));
    if (unit === undefined) return undefined;
    const call = callAt(unit.node, place);
    return call === undefined
      ? unit
      : {
          names: [],
          node: call,
          module: unit.module,
          from: undefined,
          hasEffect: false,
          template: undefined,
        };
  }

  #reach(roots: readonly Unit[]): ReachedCode {
    const hash = createHash("sha256");
    const numbers = new Map<Unit, number>();
    const modules = new Set<number>();
    const imports = new Set<string>();
    const environment = new Set<string>();
    const unseen = new Set<string>();
    const queue: Unit[] = [];
    let whole = true;
    const visit = (unit: Unit): number => {
      const known = numbers.get(unit);
      if (known !== undefined) return known;
      numbers.set(unit, numbers.size);
      queue.push(unit);
      if (whole && !modules.has(unit.module)) {
        modules.add(unit.module);
        if (this.#active.has(unit.module))
          for (const other of this.#units) if (other.module === unit.module) visit(other);
      }
      for (const other of this.#adopted.get(unit) ?? []) visit(other);
      return numbers.get(unit) ?? 0;
    };
    let next = 0;
    const follow = () => {
      for (; next < queue.length; next++) {
        const unit = queue[next];
        if (unit !== undefined) add(unit);
      }
    };
    const add = (unit: Unit) => {
      const outside = this.#outsideOf(unit);
      for (const name of outside.environment) environment.add(name);
      for (const use of outside.unseen) unseen.add(use);
      if (unit.from !== undefined) {
        imports.add(unit.from);
        hash.update(`import ${JSON.stringify([importedName(unit.from), importedPart(unit.node)])};`);
        return;
      }
      unit.template ??= this.#templateOf(unit);
      hash.update(`${unit.template.text.length}:${unit.template.text};`);
      for (const specifier of unit.template.imports) {
        imports.add(specifier);
        if (Outside.isOutside(specifier)) unseen.add(specifier);
      }
      for (const name of unit.template.references) {
        const target = this.#unitOf.get(name);
        if (target !== undefined) hash.update(`${visit(target)}.${target.names.indexOf(name)},`);
      }
    };
    for (const root of roots) visit(root);
    hash.update(`${roots.length};`);
    follow();
    // What other modules do when they are loaded counts, and what that reaches, but no more of them.
    whole = false;
    for (const unit of this.#units) if (unit.hasEffect) visit(unit);
    follow();
    return {
      digest: hash.digest("hex"),
      imports: [...imports].sort(),
      environment: [...environment].sort(),
      unseen: [...unseen].sort(),
    };
  }

  #templateOf({ node }: Unit): Template {
    const template = templateOf(node, {
      declares: (name) => this.#unitOf.has(name),
      isOutside: (specifier) => this.#options.imports.has(specifier),
    });
    const own = node.type === "VariableDeclarator" ? ownPlace(node, this.#options.folder) : undefined;
    // Where the whole flow lies is no content.
    return own === undefined ? template : { ...template, text: own };
  }

  #outsideOf(unit: Unit): Outside {
    let outside = this.#outside.get(unit);
    if (outside === undefined) {
      outside = new Outside(unit.node, unit.from, (name) => {
        const declared = this.#unitOf.get(name);
        return declared && (declared.from ?? "");
      });
      this.#outside.set(unit, outside);
    }
    return outside;
  }
}

/** `__millrace_url` and its like, which the bundler gives a module for its `import.meta`: as a place below the flow's. */
function ownPlace(node: SyntaxNode, folder: string): string | undefined {
  const kind = /^__millrace_(url|filename|dirname)\d*$/.exec(nameOf(node.id))?.[1];
  if (kind === undefined || !isNode(node.init) || node.init.type !== "StringLiteral") return undefined;
  const { value } = node.init;
  return `own ${kind} ${relative(folder, kind === "url" ? fileURLToPath(value) : value)}`;
}

function isPureDeclaration(node: SyntaxNode, purity: Purity): boolean {
  // Loading a package for its own sake is an effect.
  if (node.type.startsWith("Import")) return node.type !== "ImportDeclaration";
  if (node.type !== "VariableDeclarator") return purity.isPure(node);
  return [node.id, node.init].every((part) => !isNode(part) || purity.isPure(part));
}

/** `__export(namespace, { ... })` fills what the bundler has declared just above. */
function ownerOf(node: SyntaxNode): string | undefined {
  const { expression } = node;
  if (node.type !== "ExpressionStatement" || !isNode(expression) || !isNode(expression.callee))
    return undefined;
  if (nameOf(expression.callee) !== "__export" || !Array.isArray(expression.arguments)) return undefined;
  const [namespace] = expression.arguments;
  return isNode(namespace) ? nameOf(namespace) : undefined;
}

/** `init_module();`, by which the bundler loads a module that is imported dynamically elsewhere. */
function isInitializing(node: SyntaxNode): boolean {
  const { expression } = node;
  return isNode(expression) && isNode(expression.callee) && /^init_/.test(nameOf(expression.callee));
}

function containsCall(node: SyntaxNode): boolean {
  if (/^(Optional)?CallExpression$|^NewExpression$/.test(node.type)) return true;
  if (isFunction(node)) return false;
  for (const child of children(node)) if (containsCall(child)) return true;
  return false;
}

function contains(node: SyntaxNode, { line, column }: Place): boolean {
  const { loc } = node;
  if (loc === null || loc === undefined) return false;
  const { start, end } = loc;
  if (line < start.line || line > end.line) return false;
  if (line === start.line && column - 1 < start.column) return false;
  return line !== end.line || column - 1 < end.column;
}

/** The innermost call at a place, unless it stands in a function: then it may be made for several tasks. */
function callAt(node: SyntaxNode, place: Place): SyntaxNode | undefined {
  for (const child of children(node)) {
    if (!contains(child, place)) continue;
    if (isFunction(child)) return undefined;
    const inner = callAt(child, place);
    if (inner !== undefined) return inner;
    if (child.type === "CallExpression" && isNode(child.callee) && contains(child.callee, place))
      return child;
  }
  return undefined;
}

function nameOf(node: unknown): string {
  return isNode(node) && node.type === "Identifier" ? node.name : "";
}

/** What of a module is imported: a name, the default, all. */
function importedPart(specifier: SyntaxNode): string {
  if (specifier.type !== "ImportSpecifier") return specifier.type;
  return specifier.imported.type === "Identifier" ? specifier.imported.name : specifier.imported.value;
}
