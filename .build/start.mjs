// `npm start`: from a fresh clone to the movie flow's result on the sample data.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

await build();
const cli = join(root, "dist", "cli.js");
const millrace = (args, env) =>
  spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  }).status ?? 1;

// Log lines rather than the terminal's live view: a first run should tell what happens.
const status = millrace(["run", "movie-ratings", "--log", ...process.argv.slice(2)]);
if (status !== 0) process.exit(status);
millrace(["show", "latest", "--artifacts"]);
console.log(`
The result is in output_data/final_result: 'npx --no -- millrace show latest' shows the run again.
In VS Code: open this folder ('code .'), then run "Millrace: Run Flow" from the command palette.`);
