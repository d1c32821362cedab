#!/usr/bin/env node
import { exitWithError } from "./exit.ts";
import { lostAnswer } from "./output.ts";
import { createProgram } from "./program.ts";

try {
  await createProgram().parseAsync(process.argv);
  const lost = lostAnswer();
  if (lost !== undefined) await exitWithError(lost);
} catch (error) {
  await exitWithError(error);
}
