import type { Declaration, Expression, Identifier, Statement, StringLiteral } from "@babel/types";

/** What a name that a module exports stands for: something of its own, or what another module exports. */
export type Exported<T> = { readonly own: T } | { readonly from: string; readonly name: string };

/**
 * The exports of a module whose values `read` knows, and those that it passes on from modules with a relative path.
 * @param read what an expression stands for, if it is of the kind that is looked for.
 */
export function moduleExports<T>(
  body: readonly Statement[],
  read: (expression: Expression) => T | undefined,
): Map<string, Exported<T>> {
  const local = new Map<string, Exported<T>>();
  const exports = new Map<string, Exported<T>>();
  const resolve = (expression: Expression): Exported<T> | undefined => {
    const plain = withoutTypes(expression);
    if (plain.type === "Identifier") return local.get(plain.name);
    const own = read(plain);
    return own === undefined ? undefined : { own };
  };
  const put = (map: Map<string, Exported<T>>, name: string, value: Exported<T> | undefined) => {
    if (value !== undefined) map.set(name, value);
  };
  const declare = (declaration: Declaration | Statement, exported: boolean) => {
    if (declaration.type !== "VariableDeclaration") return;
    for (const { id, init } of declaration.declarations) {
      if (id.type !== "Identifier" || init == null) continue;
      put(local, id.name, resolve(init));
      if (exported) put(exports, id.name, local.get(id.name));
    }
  };
  for (const statement of body) {
    if (statement.type === "ImportDeclaration" && statement.source.value.startsWith(".")) {
      for (const specifier of statement.specifiers) {
        if (specifier.type === "ImportNamespaceSpecifier") continue;
        const name = specifier.type === "ImportSpecifier" ? nameOf(specifier.imported) : "default";
        local.set(specifier.local.name, { from: statement.source.value, name });
      }
    }
    declare(statement, false);
  }
  for (const statement of body) {
    if (statement.type === "ExportDefaultDeclaration") {
      const { declaration } = statement;
      // A function or a class is none of the kinds that are looked for.
      if (!declaration.type.endsWith("Declaration"))
        put(exports, "default", resolve(declaration as Expression));
    } else if (statement.type === "ExportNamedDeclaration") {
      if (statement.declaration != null) declare(statement.declaration, true);
      for (const specifier of statement.specifiers) {
        if (specifier.type !== "ExportSpecifier") continue;
        const from = statement.source?.value;
        const name = nameOf(specifier.local);
        const value = from === undefined ? local.get(name) : { from, name };
        put(exports, nameOf(specifier.exported), value);
      }
    }
  }
  return exports;
}

function nameOf(name: Identifier | StringLiteral): string {
  return name.type === "Identifier" ? name.name : name.value;
}

function withoutTypes(expression: Expression): Expression {
  switch (expression.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "ParenthesizedExpression":
      return withoutTypes(expression.expression);
    default:
      return expression;
  }
}
