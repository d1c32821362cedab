export type ParameterValues = { readonly [name: string]: unknown };
