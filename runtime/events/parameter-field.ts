/** A bigint is given as digits, a date as ISO 8601 has it. */
export type ParameterType =
  | "string"
  | "number"
  | "integer"
  | "boolean"
  | "array"
  | "json"
  | "bigint"
  | "date";

/** A flow's parameter as forms and command lines show it. */
export interface ParameterField {
  readonly name: string;
  readonly type: ParameterType;
  /** The type of an array's items. */
  readonly items: ParameterType | undefined;
  /** One letter, from `.meta({ alias: "t" })`. */
  readonly alias: string | undefined;
  readonly description: string | undefined;
  readonly required: boolean;
  /** As JSON says it. */
  readonly default: unknown;
  readonly choices: readonly (string | number)[] | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Not to be shown or kept: from `.meta({ secret: true })`. */
  readonly secret: boolean;
}
