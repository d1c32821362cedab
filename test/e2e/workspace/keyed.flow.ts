import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { flow, log, secret, task } from "millrace";
import { z } from "zod";

const call = task("Call", (pin: string) => {
  log.info("called with %s and %s", pin, secret("API_KEY"));
  if (!existsSync("answering")) throw new Error(`no answer to ${pin}`);
});

/** Asks for a secret, and writes what others on the machine can see of its process. */
export default flow(
  { name: "Keyed", parameters: z.object({ pin: z.string().meta({ secret: true }) }) },
  async ({ pin }) => {
    const seen = existsSync("/proc/self/cmdline") ? readFileSync("/proc/self/cmdline", "utf8") : "";
    writeFileSync("seen.txt", `${seen} ${secret("API_KEY").length}`);
    await call(pin);
  },
);
