import { existsSync } from "node:fs";
import { flow, task } from "millrace";

const prepare = task("Prepare", () => "ready");

const check = task("Check", (state: string) => {
  if (!existsSync("mended")) throw new Error("The file 'mended' is missing.");
  return `${state} and mended`;
});

export default flow({ name: "Failing" }, () => {
  check(prepare());
});
