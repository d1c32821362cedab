// `npm run protocol`: writes the TypeScript of Spark Connect's messages after their .proto has changed. Its
// result is committed, so that a build needs no compiler of protocols.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./freshness.mjs";

const folder = join(root, "runtime", "tables", "spark", "protocol");
const template = JSON.stringify({
  version: "v2",
  plugins: [{ local: "protoc-gen-es", out: ".", opt: ["target=ts", "import_extension=none"] }],
});
const packages = ["@bufbuild/buf@1", "@bufbuild/protoc-gen-es@2"].map((name) => `--package=${name}`);
run("npx", ["--yes", ...packages, "buf", "generate", "spark-connect.proto", "--template", template], folder);
run("npx", ["biome", "check", "--write", join(folder, "spark-connect_pb.ts")], root);

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
