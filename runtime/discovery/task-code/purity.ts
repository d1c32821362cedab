import { children, isFunction, isNode, plainKey, type SyntaxNode } from "./syntax.ts";

/** What names of a bundle's top level are bound to, for {@link Purity}. */
export interface Bindings {
  /** The module that a name is imported from, as the bundle says it. */
  importedFrom(name: string): string | undefined;
  /** What the declaration of a name that is never assigned again gives it. */
  initializer(name: string): SyntaxNode | undefined;
  isTopLevel(name: string): boolean;
}

/** Globals that make something new and change nothing. */
const pureConstructors = new Set([
  ..."Map Set WeakMap WeakSet WeakRef Date URL URLSearchParams RegExp Array Object String Number Boolean".split(
    " ",
  ),
  ..."Error TypeError RangeError SyntaxError AggregateError AbortController TextEncoder TextDecoder".split(
    " ",
  ),
  ..."Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array".split(" "),
  ..."Float32Array Float64Array BigInt64Array BigUint64Array ArrayBuffer DataView".split(" "),
  ..."Intl.Collator Intl.NumberFormat Intl.DateTimeFormat Intl.PluralRules Intl.Segmenter Intl.ListFormat".split(
    " ",
  ),
]);

const pureFunctions = new Set([
  ..."String Number Boolean BigInt Symbol Array Object RegExp Date Error TypeError RangeError".split(" "),
  ..."parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI".split(
    " ",
  ),
  ..."structuredClone atob btoa Symbol.for Array.from Array.of Array.isArray Number.isInteger".split(" "),
  ..."Object.freeze Object.keys Object.values Object.entries Object.fromEntries Object.create".split(" "),
  ..."JSON.stringify JSON.parse String.raw String.fromCharCode String.fromCodePoint Date.UTC Date.parse".split(
    " ",
  ),
  ..."Promise.resolve BigInt.asIntN BigInt.asUintN Buffer.from Buffer.alloc process.cwd".split(" "),
]);

/** Of these modules, what is called at the top of a module makes values and changes nothing. */
const pureModules = new Set(
  ["path", "url", "util", "module", "buffer"].flatMap((name) => [name, `node:${name}`]),
);

/** Methods of strings, arrays, maps and sets that change nothing. */
const pureMethods = new Set(
  (
    "at charAt charCodeAt codePointAt concat endsWith entries every filter find findIndex findLast flat flatMap " +
    "get has includes indexOf join keys lastIndexOf map match padEnd padStart reduce reduceRight repeat replace " +
    "replaceAll search slice some split startsWith substring toFixed toLowerCase toReversed toSorted toString " +
    "toUpperCase trim trimEnd trimStart values with"
  ).split(" "),
);

/**
 * Whether code at the top of a module can change anything when it is evaluated. What isn't known counts as if
 * it could: a call of a package's function, an await, an assignment.
 */
export class Purity {
  readonly #bindings: Bindings;
  readonly #isDefining: (specifier: string) => boolean;
  readonly #functions = new Map<SyntaxNode, boolean>();

  /** @param isDefining whether a module's functions only define things: flows, tasks and schemas. */
  constructor(bindings: Bindings, isDefining: (specifier: string) => boolean) {
    this.#bindings = bindings;
    this.#isDefining = isDefining;
  }

  /** Of an expression, when it is evaluated. */
  isPure(node: SyntaxNode): boolean {
    switch (node.type) {
      case "ArrowFunctionExpression":
      case "FunctionExpression":
      case "FunctionDeclaration":
        return true;
      case "ClassExpression":
      case "ClassDeclaration":
        return this.#isPureClass(node);
      case "CallExpression":
      case "OptionalCallExpression":
      case "NewExpression":
        return this.#isPureCall(node);
      case "AssignmentExpression":
      case "UpdateExpression":
      case "AwaitExpression":
      case "YieldExpression":
      case "TaggedTemplateExpression":
        return false;
      case "UnaryExpression":
        return node.operator !== "delete" && this.#childrenArePure(node);
      case "ObjectMethod":
        return node.computed !== true || (isNode(node.key) && this.isPure(node.key));
      default:
        return !node.type.endsWith("Statement") && this.#childrenArePure(node);
    }
  }

  #childrenArePure(node: SyntaxNode): boolean {
    for (const child of children(node)) if (!this.isPure(child)) return false;
    return true;
  }

  #isPureClass(node: SyntaxNode): boolean {
    if (isNode(node.superClass) && !this.isPure(node.superClass)) return false;
    const members = isNode(node.body) && Array.isArray(node.body.body) ? node.body.body : [];
    return members.every((member) => {
      if (!isNode(member) || member.type === "StaticBlock") return false;
      if (member.computed === true && isNode(member.key) && !this.isPure(member.key)) return false;
      return member.static !== true || !isNode(member.value) || this.isPure(member.value);
    });
  }

  #isPureCall(node: SyntaxNode): boolean {
    const { callee } = node;
    const given = Array.isArray(node.arguments) ? node.arguments.filter(isNode) : [];
    if (!isNode(callee)) return false;
    if (isAnnotatedPure(node)) return given.every((argument) => this.isPure(argument));
    if (!given.every((argument) => this.isPure(argument) && this.#isPureIfCalled(argument))) {
      // What defines a task doesn't call its body.
      return this.#isDefinition(callee) && given.every((argument) => this.isPure(argument));
    }
    if (this.#isDefinition(callee)) return true;
    const global = this.#globalName(callee);
    if (node.type === "NewExpression") return global !== undefined && pureConstructors.has(global);
    if (global !== undefined && (pureFunctions.has(global) || global.startsWith("Math."))) return true;
    const root = rootName(callee);
    if (root !== undefined && pureModules.has(this.#bindings.importedFrom(root) ?? "")) return true;
    if (isMember(callee)) {
      const method = plainKey(callee);
      return (
        method !== undefined &&
        pureMethods.has(method) &&
        isNode(callee.object) &&
        this.#isBuiltIn(callee.object)
      );
    }
    return callee.type !== "Super" && callee.type !== "Import" && this.#isPureFunction(callee);
  }

  /** `task(...)`, `z.object(...).default(...)`: whatever is called on what such a module exports. */
  #isDefinition(callee: SyntaxNode): boolean {
    const root = rootName(callee);
    if (root === undefined) return false;
    const from = this.#bindings.importedFrom(root);
    if (from !== undefined) return this.#isDefining(from);
    // A method of what was defined so: `load.withOptions(...)`.
    const bound = isMember(callee) ? this.#bindings.initializer(root) : undefined;
    return bound?.type === "CallExpression" && isNode(bound.callee) && this.#isDefinition(bound.callee);
  }

  /** What a whole call may call back. */
  #isPureIfCalled(argument: SyntaxNode): boolean {
    if (isFunction(argument)) return this.#isPureFunction(argument);
    if (argument.type !== "Identifier" || !this.#bindings.isTopLevel(argument.name)) return true;
    const bound = this.#bindings.initializer(argument.name);
    return bound === undefined ? false : !isFunction(bound) || this.#isPureFunction(bound);
  }

  /** A function that only makes and returns something. */
  #isPureFunction(callee: SyntaxNode): boolean {
    const fn = callee.type === "Identifier" ? this.#bindings.initializer(callee.name) : callee;
    if (fn === undefined || !isFunction(fn) || fn.generator === true) return false;
    const known = this.#functions.get(fn);
    if (known !== undefined) return known;
    this.#functions.set(fn, true); // while it is looked at: calling itself changes nothing more
    const parameters = Array.isArray(fn.params) ? fn.params.filter(isNode) : [];
    const own = new Set(
      parameters.map((parameter) => (parameter.type === "Identifier" ? parameter.name : "")),
    );
    const isPure =
      parameters.every((parameter) => this.#childrenArePure(parameter)) &&
      isNode(fn.body) &&
      (fn.body.type === "BlockStatement" ? this.#isPureStatement(fn.body) : this.isPure(fn.body)) &&
      !callsAny(fn.body, own);
    this.#functions.set(fn, isPure);
    return isPure;
  }

  #isPureStatement(node: SyntaxNode): boolean {
    switch (node.type) {
      case "BlockStatement":
        return (
          Array.isArray(node.body) && node.body.every((item) => isNode(item) && this.#isPureStatement(item))
        );
      case "ReturnStatement":
      case "ExpressionStatement":
      case "VariableDeclaration":
      case "VariableDeclarator":
      case "FunctionDeclaration":
      case "ClassDeclaration":
        return [...children(node)].every((child) =>
          child.type === "VariableDeclarator" ? this.#childrenArePure(child) : this.isPure(child),
        );
      case "IfStatement":
        return [...children(node)].every((child) =>
          child.type.endsWith("Statement") ? this.#isPureStatement(child) : this.isPure(child),
        );
      case "EmptyStatement":
        return true;
      default:
        return false;
    }
  }

  /** A string, array, map or set: its methods are those that the language gives it. */
  #isBuiltIn(node: SyntaxNode): boolean {
    switch (node.type) {
      case "StringLiteral":
      case "TemplateLiteral":
      case "ArrayExpression":
      case "NumericLiteral":
      case "RegExpLiteral":
        return true;
      case "Identifier": {
        const bound = this.#bindings.initializer(node.name);
        return bound !== undefined && bound !== node && this.#isBuiltIn(bound);
      }
      case "CallExpression":
      case "NewExpression": {
        if (!isNode(node.callee)) return false;
        const global = this.#globalName(node.callee);
        if (global !== undefined) return pureFunctions.has(global) || pureConstructors.has(global);
        const method = isMember(node.callee) ? plainKey(node.callee) : undefined;
        return (
          method !== undefined &&
          pureMethods.has(method) &&
          isNode(node.callee.object) &&
          this.#isBuiltIn(node.callee.object)
        );
      }
      default:
        return false;
    }
  }

  /** `Map`, `Object.keys`: of the language, not of the module. */
  #globalName(node: SyntaxNode): string | undefined {
    if (node.type === "Identifier") return this.#bindings.isTopLevel(node.name) ? undefined : node.name;
    if (!isMember(node) || !isNode(node.object) || node.object.type !== "Identifier") return undefined;
    return this.#bindings.isTopLevel(node.object.name) ? undefined : `${node.object.name}.${plainKey(node)}`;
  }
}

function isMember(node: SyntaxNode): boolean {
  return (
    (node.type === "MemberExpression" || node.type === "OptionalMemberExpression") && node.computed !== true
  );
}

/** The name at the beginning of a chain: z of `z.object({}).default(1)`. */
function rootName(node: SyntaxNode): string | undefined {
  if (node.type === "Identifier") return node.name;
  const inner = isMember(node) ? node.object : node.callee;
  return isNode(inner) ? rootName(inner) : undefined;
}

/** Whether any of these names is called inside: a function that was passed may do anything. */
function callsAny(node: SyntaxNode, names: ReadonlySet<string>): boolean {
  if (isNode(node.callee)) {
    const root = rootName(node.callee);
    if (root !== undefined && node.callee.type === "Identifier" && names.has(root)) return true;
  }
  for (const child of children(node)) if (!isFunction(child) && callsAny(child, names)) return true;
  return false;
}

function isAnnotatedPure(node: SyntaxNode): boolean {
  const comments = node.leadingComments;
  return (
    Array.isArray(comments) &&
    comments.some(
      (comment) => typeof comment?.value === "string" && /^\s*[#@]__PURE__\s*$/.test(comment.value),
    )
  );
}
