/** Errors of the language that a thrown one may be an instance of. */
const languageErrors: { readonly [name: string]: new (message: string) => Error } = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

export function languageErrorOf(name: string): (new (message: string) => Error) | undefined {
  return Object.hasOwn(languageErrors, name) ? languageErrors[name] : undefined;
}

/** The one of them that an error is an instance of. */
export function languageClass(error: Error): string {
  try {
    if (error instanceof DOMException) return "DOMException";
    if (error instanceof AggregateError) return "AggregateError";
    const [name = "Error"] =
      Object.entries(languageErrors).findLast(([, kind]) => error instanceof kind) ?? [];
    return name; // each is an Error, which comes first
  } catch {
    return "Error";
  }
}
