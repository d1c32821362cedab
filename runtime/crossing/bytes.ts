import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import { UserError } from "../errors/user-error.ts";

/**
 * A value's structured-clone bytes.
 * @throws {UserError} for what can't be cloned, deep in a Map or an Error's properties, say.
 */
export function toBytes(value: unknown, what: string): Buffer {
  const bytes = serialized(value, what);
  if (bytes.byteLength <= mostBytes) return bytes;
  throw new UserError(
    `${what} has ${bytes.byteLength.toLocaleString("en")} bytes, and a value may have 2 GiB: pass a table, or write a file and pass its path.`,
  );
}

/** Files and digests are read and made as a whole. */
const mostBytes = 2 ** 31 - 1;

function serialized(value: unknown, what: string): Buffer {
  try {
    return serialize(value);
  } catch (error) {
    const { message, name } = error as Error; // serialize throws DataCloneError, and RangeError for want of memory or stack
    if (name !== "RangeError") throw new UserError(`${what} can't cross to another thread: ${message}`);
    throw new UserError(
      `${what} is too large to cross to another thread (${message}): pass a table, or write a file and pass its path.`,
    );
  }
}

/** @throws {UserError} for bytes that are no value's. */
export function fromBytes(bytes: Uint8Array): unknown {
  try {
    return deserialize(bytes);
  } catch (error) {
    throw new UserError(`A stored value is damaged: ${(error as Error).message}`); // deserialize throws errors only
  }
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
