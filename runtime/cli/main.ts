#!/usr/bin/env node
import { exitWithError } from "./exit.ts";
import { lostAnswer } from "./output.ts";
import { createProgram } from "./program.ts";

// What could not be written may be told late.
process.once("beforeExit", () => {
  const lost = lostAnswer();
  if (lost !== undefined) void exitWithError(lost);
});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  await exitWithError(error);
}
