import { children, isNode, plainKey, type SyntaxNode } from "./syntax.ts";

/** Modules by which code sees or changes what is outside of it, but for packages, of which nobody knows. */
const outsideModules =
  /^(node:)?(fs|fs\/promises|http|https|http2|net|tls|dgram|dns|dns\/promises|child_process|os|worker_threads|readline|readline\/promises|crypto|perf_hooks|module)$/;

/** Of some of these only a part gives something else each time. */
const changing: { readonly [module: string]: RegExp } = {
  crypto: /^random|^getRandom|^generateKey|^webcrypto$/,
  perf_hooks: /^performance$/,
  module: /^createRequire$/,
  os: /^(?!EOL$|constants$|devNull$|platform$|type$|endianness$)/,
};

/** What a piece of code reads that is neither an argument nor code: variables of the environment, time, chance. */
export class Outside {
  readonly environment = new Set<string>();
  readonly unseen = new Set<string>();
  /** The module that a name of the bundle is imported from, `""` for one that it declares, undefined for a global. */
  readonly #origin: (name: string) => string | undefined;

  /** Whether code sees or changes what is outside of it by a module. */
  static isOutside(specifier: string): boolean {
    return outsideModules.test(specifier);
  }

  /** @param from the module that the node imports from. */
  constructor(node: SyntaxNode, from: string | undefined, origin: (name: string) => string | undefined) {
    this.#origin = origin;
    if (from === undefined) this.#visit(node);
    else this.#imported(node, from);
  }

  #visit(node: SyntaxNode): void {
    if (node.type === "VariableDeclarator" && isNode(node.id) && node.id.type === "ObjectPattern")
      if (isNode(node.init) && this.#isEnvironment(node.init))
        for (const property of children(node.id)) this.#read(plainKey(property));
    if (isMember(node) && isNode(node.object)) {
      if (this.#isEnvironment(node.object)) this.#read(propertyName(node));
      const global = this.#globalName(node.object);
      const name = global === undefined ? undefined : `${global}.${plainKey(node)}`;
      if (
        name !== undefined &&
        /^(Date|performance)\.now$|^Math\.random$|^crypto\.(random|getRandom)/.test(name)
      )
        this.unseen.add(name);
    }
    if (node.type === "NewExpression" && isNode(node.callee) && this.#globalName(node.callee) === "Date")
      if (Array.isArray(node.arguments) && node.arguments.length === 0) this.unseen.add("new Date()");
    if (node.type === "CallExpression" && isNode(node.callee) && this.#globalName(node.callee) === "fetch")
      this.unseen.add("fetch");
    for (const child of children(node)) this.#visit(child);
  }

  /** `process.env`, or `env` of node:process. */
  #isEnvironment(node: SyntaxNode): boolean {
    if (node.type === "Identifier")
      return /^(node:)?process$/.test(this.#origin(node.name) ?? "") && node.name !== "process";
    if (!isMember(node) || plainKey(node) !== "env" || !isNode(node.object)) return false;
    if (node.object.type !== "Identifier") return false;
    const origin = this.#origin(node.object.name);
    return origin === undefined ? node.object.name === "process" : /^(node:)?process$/.test(origin);
  }

  #read(name: string | undefined): void {
    if (name !== undefined) this.environment.add(name);
  }

  #globalName(node: SyntaxNode): string | undefined {
    return node.type === "Identifier" && this.#origin(node.name) === undefined ? node.name : undefined;
  }

  #imported(node: SyntaxNode, from: string): void {
    if (!outsideModules.test(from)) return;
    const part = changing[from.replace(/^node:/, "")];
    const name =
      isNode(node.imported) && node.imported.type === "Identifier" ? node.imported.name : undefined;
    // All of a module that is imported whole may be used.
    if (part === undefined || name === undefined || part.test(name)) this.unseen.add(from);
  }
}

function isMember(node: SyntaxNode): boolean {
  return node.type === "MemberExpression" || node.type === "OptionalMemberExpression";
}

/** Of `env.NAME` and of `env["NAME"]`. */
function propertyName(node: SyntaxNode): string | undefined {
  if (node.computed !== true) return plainKey(node);
  return isNode(node.property) && node.property.type === "StringLiteral" ? node.property.value : undefined;
}
