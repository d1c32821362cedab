import { inspect } from "node:util";
import { hasSecrets, longestMasked, mask, maskedStart } from "../secrets/known-secrets.ts";

/** Characters of a text that are looked through for secrets before it is cut: a part of one would be no secret any more. */
const longestLook = 10_000;

/** A value in a few words, for people, without the secrets in it. */
export function preview(value: unknown): string {
  const text =
    typeof value === "object"
      ? inspect(value, {
          depth: 1,
          maxArrayLength: 6,
          maxStringLength: hasSecrets() ? longestLook + longestMasked() : 80,
          breakLength: Number.POSITIVE_INFINITY,
        })
      : typeof value === "string"
        ? textPreview(maskedStart(value, longestLook), value.length > longestLook)
        : String(value);
  const masked = mask(text);
  return masked.length > 160 ? `${masked.slice(0, 157)}...` : masked;
}

function textPreview(text: string, isCut: boolean): string {
  return JSON.stringify(isCut || text.length > 100 ? `${text.slice(0, 100)}...` : text);
}
