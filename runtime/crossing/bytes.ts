import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import { UserError } from "../errors/user-error.ts";

/**
 * A value's structured-clone bytes.
 * @throws {UserError} for what can't be cloned, deep in a Map or an Error's properties, say.
 */
export function toBytes(value: unknown, what: string): Buffer {
  try {
    return serialize(value);
  } catch (error) {
    throw new UserError(`${what} can't cross to another thread: ${(error as Error).message}`); // serialize throws DataCloneError
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
