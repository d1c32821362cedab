import type { Node } from "@babel/types";

/** A node of Babel's tree, as one that walks it sees it. */
export type SyntaxNode = Node & { readonly [property: string]: unknown };

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** What is no part of what a node does: places, comments, and how it was spelled. */
const withoutMeaning = new Set([
  "type",
  "start",
  "end",
  "loc",
  "range",
  "extra",
  "comments",
  "errors",
  "leadingComments",
  "trailingComments",
  "innerComments",
  "shorthand",
  "typeAnnotation",
]);

/** A node's properties that say what it does, in an order of their own. */
export function properties(node: SyntaxNode): [name: string, value: unknown][] {
  return Object.entries(node)
    .filter(([name, value]) => !withoutMeaning.has(name) && value !== undefined && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The nodes directly below a node. */
export function* children(node: SyntaxNode): Generator<SyntaxNode> {
  for (const [, value] of properties(node)) {
    if (isNode(value)) yield value;
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) yield item;
  }
}

/** Whether a node's key or property is a name of its own, and no reference: `a.name`, `{ name: 1 }`. */
export function hasPlainKey(node: SyntaxNode): boolean {
  return ("key" in node || "property" in node) && node.computed !== true && !isPrivate(node);
}

function isPrivate(node: SyntaxNode): boolean {
  const name = node.key ?? node.property;
  return isNode(name) && name.type === "PrivateName";
}

/** A plain key's text. */
export function plainKey(node: SyntaxNode): string | undefined {
  const key = node.key ?? node.property;
  if (!isNode(key)) return undefined;
  if (key.type === "Identifier") return key.name;
  if (key.type === "StringLiteral" || key.type === "NumericLiteral" || key.type === "BigIntLiteral")
    return String(key.value);
  return undefined;
}

export function isFunction(node: SyntaxNode): boolean {
  return (
    node.type === "ArrowFunctionExpression" ||
    node.type === "FunctionExpression" ||
    node.type === "FunctionDeclaration" ||
    node.type === "ObjectMethod" ||
    node.type === "ClassMethod" ||
    node.type === "ClassPrivateMethod"
  );
}

/** The names that a pattern declares: `{ a, b: [c] }` declares a and c. */
export function* patternNames(pattern: SyntaxNode): Generator<string> {
  switch (pattern.type) {
    case "Identifier":
      yield pattern.name;
      return;
    case "ObjectProperty":
      if (isNode(pattern.value)) yield* patternNames(pattern.value);
      return;
    case "AssignmentPattern":
      if (isNode(pattern.left)) yield* patternNames(pattern.left);
      return;
    case "ObjectPattern":
    case "ArrayPattern":
    case "RestElement":
      for (const child of children(pattern)) yield* patternNames(child);
  }
}

/** All names that are declared anywhere inside a node, its own parameters included. */
export function declaredNames(node: SyntaxNode, names = new Set<string>()): Set<string> {
  if (isFunction(node) && Array.isArray(node.params))
    for (const parameter of node.params) addPattern(parameter, names);
  if (node.type === "VariableDeclarator") addPattern(node.id, names);
  if (node.type === "CatchClause") addPattern(node.param, names);
  if (node.type === "FunctionExpression" || node.type === "FunctionDeclaration") addPattern(node.id, names);
  if (node.type === "ClassExpression" || node.type === "ClassDeclaration") addPattern(node.id, names);
  for (const child of children(node)) declaredNames(child, names);
  return names;
}

function addPattern(pattern: unknown, names: Set<string>): void {
  if (isNode(pattern)) for (const name of patternNames(pattern)) names.add(name);
}
