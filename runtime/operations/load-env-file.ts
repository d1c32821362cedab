import { join } from "node:path";
import { parseEnv } from "node:util";
import { readAnywhere } from "../disk/read-file.ts";

/** Bytes that the file may have. */
const longestFile = 1 << 20;

/**
 * Sets the variables of the file `.env` that lies beside a folder's `.millrace`, but none that is set already. Not
 * with MILLRACE_ENV_FILE=0.
 * @throws {RefusedFileError} for what is no regular file, or too large; what the file system does.
 */
export async function loadEnvFile(base: string): Promise<void> {
  if (process.env.MILLRACE_ENV_FILE === "0") return;
  const text = await readAnywhere(join(base, ".env"), longestFile).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  for (const [name, value] of Object.entries(parseEnv(text.toString()))) process.env[name] ??= value;
}
