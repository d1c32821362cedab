/** What matters here of a schema of zod's. */
interface Schema {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly coerce?: boolean;
      readonly innerType?: Schema;
      readonly in?: Schema;
      readonly element?: Schema;
      readonly items?: readonly Schema[];
      readonly rest?: Schema | null;
      readonly shape?: { readonly [name: string]: Schema };
      readonly keyType?: Schema;
      readonly valueType?: Schema;
      readonly options?: readonly Schema[];
      readonly left?: Schema;
      readonly right?: Schema;
      readonly values?: readonly unknown[];
      readonly getter?: () => Schema;
    };
  };
  safeParse(value: unknown): { readonly success: boolean };
}

/**
 * A value that came as JSON, or as a text of a command line, as its schema takes it: bigints as digits, dates as ISO
 * 8601, Maps as lists of pairs and Sets as lists become what they stand for, at any depth. All else stays as it is, and
 * so does what a schema with `z.coerce` reads itself; the schema says what is wrong with it.
 */
export function asSchemaTakes(schema: unknown, value: unknown): unknown {
  return taken(schema as Schema, value); // parameters are zod's
}

function taken(schema: Schema | undefined | null, value: unknown): unknown {
  if (value === undefined || value === null || schema?._zod?.def === undefined) return value;
  const { def } = schema._zod;
  switch (def.type) {
    case "bigint":
      return def.coerce ? value : bigint(value);
    case "date":
      return def.coerce ? value : date(value);
    case "literal":
      return typeof value === "string"
        ? (def.values?.find((each) => typeof each === "bigint" && String(each) === value) ?? value)
        : value;
    case "pipe":
      return taken(def.in, value);
    case "lazy":
      return taken(def.getter?.(), value);
    case "array":
      return Array.isArray(value) ? value.map((item) => taken(def.element, item)) : value;
    case "tuple":
      return Array.isArray(value) ? value.map((item, i) => taken(def.items?.[i] ?? def.rest, item)) : value;
    case "set":
      return Array.isArray(value) ? new Set(value.map((item) => taken(def.valueType, item))) : value;
    case "map":
      return isPairs(value)
        ? new Map(value.map(([key, item]) => [taken(def.keyType, key), taken(def.valueType, item)]))
        : value;
    case "object":
    case "record":
      return isPlainObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, item]) => [
              name,
              taken(def.valueType ?? propertyOf(def, name), item),
            ]),
          )
        : value;
    case "union":
      return ofUnion(schema, value);
    case "intersection":
      return taken(def.right, taken(def.left, value));
    default:
      return def.innerType === undefined ? value : taken(def.innerType, value); // optional, default, nullable, ...
  }
}

/** A text that the union takes is a text, though it has digits only. */
function ofUnion(schema: Schema, value: unknown): unknown {
  if (fits(schema, value)) return value;
  for (const option of schema._zod.def.options ?? []) {
    const read = taken(option, value);
    if (read !== value && fits(option, read)) return read;
  }
  return value;
}

function fits(schema: Schema, value: unknown): boolean {
  try {
    return schema.safeParse(value).success;
  } catch {
    return false; // one with an asynchronous rule
  }
}

function propertyOf({ shape }: Schema["_zod"]["def"], name: string): Schema | undefined {
  return shape !== undefined && Object.hasOwn(shape, name) ? shape[name] : undefined;
}

function bigint(value: unknown): unknown {
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value))
    return BigInt(value.trim().replace(/^\+/, ""));
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}

const isoDate = /^[+-]?\d{4,6}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/;

function date(value: unknown): unknown {
  if (typeof value !== "string" || !isoDate.test(value.trim())) return value;
  const read = new Date(value.trim());
  // JavaScript makes the 2nd of March of the 30th of February.
  const isReal = !Number.isNaN(read.getTime()) && isDay(value.trim());
  return isReal ? read : value;
}

function isDay(text: string): boolean {
  const [, year, month, day] = /^([+-]?\d+)-(\d\d)-(\d\d)/.exec(text) ?? [];
  return Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
}

function isPairs(value: unknown): value is readonly (readonly [unknown, unknown])[] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}

function isPlainObject(value: unknown): value is { readonly [name: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
