import fc from "fast-check";

/** Secrets as they may be: with quotes, backslashes, what regular expressions and URLs take for something else. */
export const secretValue: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ minLength: 6, maxLength: 40 }),
    fc.string({ unit: "binary", minLength: 6, maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom(...("'\"\\`$^*+?.()[]{}|/%& =#:;@~\t<>aß√😀0".match(/./gsu) ?? [])),
      minLength: 6,
      maxLength: 24,
    }),
    fc.base64String({ minLength: 16, maxLength: 44 }),
  )
  .filter((value) => value.length >= 6 && value === value.trim() && !/^\*+$/.test(value));
