import { type ParsedType, typeName } from "./column-types.ts";

const wholes = ["byte", "short", "integer", "long"] as const;
/** Digits of the largest. */
const digits = { byte: 3, short: 5, integer: 10, long: 19 } as const;

type Whole = { readonly kind: (typeof wholes)[number] };

/** The type that holds all values of both types as they are, if there is one. */
export function commonType(a: ParsedType, b: ParsedType): ParsedType | undefined {
  if (typeName(a) === typeName(b)) return a;
  if (isWhole(a) && isWhole(b)) return wholes.indexOf(a.kind) > wholes.indexOf(b.kind) ? a : b;
  return oneWay(a, b) ?? oneWay(b, a);
}

function oneWay(a: ParsedType, b: ParsedType): ParsedType | undefined {
  if (b.kind === "double" && (a.kind === "float" || (isWhole(a) && a.kind !== "long"))) return b;
  if (b.kind === "float" && isWhole(a) && a.kind !== "long")
    return a.kind === "integer" ? { kind: "double" } : b;
  if (b.kind !== "decimal") return undefined;
  const [precision, scale] =
    a.kind === "decimal" ? [a.precision, a.scale] : isWhole(a) ? [digits[a.kind], 0] : [99, 0];
  const places = Math.max(scale, b.scale);
  const all = Math.max(precision - scale, b.precision - b.scale) + places;
  return all > 38 ? undefined : { kind: "decimal", precision: all, scale: places };
}

function isWhole(type: ParsedType): type is Whole {
  return (wholes as readonly string[]).includes(type.kind); // a wider array, to look any kind up
}
