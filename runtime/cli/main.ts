#!/usr/bin/env node
import { exitWithError } from "./exit.ts";
import { createProgram } from "./program.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read the output has gone, as in `| head`: a run goes on without.
  if (error.code !== "EPIPE") throw error;
});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  await exitWithError(error);
}
