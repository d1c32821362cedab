/** A flow's parameter as forms and command lines show it. */
export interface ParameterField {
  readonly name: string;
  readonly type: "string" | "number" | "integer" | "boolean" | "array" | "json";
  /** The type of an array's items. */
  readonly items: "string" | "number" | "integer" | "boolean" | "array" | "json" | undefined;
  /** One letter, from `.meta({ alias: "t" })`. */
  readonly alias: string | undefined;
  readonly description: string | undefined;
  readonly required: boolean;
  readonly default: unknown;
  readonly choices: readonly (string | number)[] | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Not to be shown or kept: from `.meta({ secret: true })`. */
  readonly secret: boolean;
}
