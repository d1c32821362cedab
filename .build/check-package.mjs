// `npm run package:check`: what somebody gets who installs the npm package. Packs a fresh clone, installs it into an
// empty project, uses it from ES modules, from CommonJS and from the command line, type-checks both with the
// libraries' own types checked too, and asks publint and Are the Types Wrong.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./freshness.mjs";
import { install } from "./install.mjs";
import { isMain } from "./is-main.mjs";

/** What a user writes, by file: each prints one line. */
const consumer = {
  "package.json": '{ "name": "consumer", "private": true }\n',
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      module: "nodenext",
      target: "es2023",
      lib: ["es2023", "esnext.disposable"],
      types: ["node"],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
    },
    include: ["*.mts", "*.cts", "*.ts"],
  }),
  "double.flow.ts": `import { flow, openSession, task, type Session } from "millrace";
import { z } from "zod";

const double = task("Double", async (session: Session, value: number) => {
  const [row] = await (await session.sql\`SELECT \${value} * 2 AS doubled\`).rows();
  return Number(row?.doubled);
});

export default flow({ name: "Double", parameters: z.object({ value: z.number().default(21) }) }, async ({ value }) => {
  await using session = await openSession();
  return double(session, value);
});
`,
  "program.mts": `import { runFlow } from "millrace";
import { nGrams, tokenColumn, tokenRows } from "millrace/matching";

const bigrams = tokenRows(nGrams(tokenColumn([["a", "b", "c"]]), 2));
const run = await runFlow("double", { parameters: { value: 4 } });
console.log("module", JSON.stringify(bigrams), await run.result());
`,
  "program.cts": `import millrace = require("millrace");
import testing = require("millrace/testing");

const flow: typeof millrace.flow = millrace.flow;
console.log("commonjs", typeof flow, typeof testing.testFlow);
`,
};

/**
 * Packs the package that is in a folder.
 * @returns the tarball's path.
 */
export function packOf(folder, into) {
  const out = run("npm", ["pack", "--pack-destination", into, "--loglevel=error"], folder);
  return join(into, out.trim().split("\n").at(-1));
}

/** Makes an empty project. */
export function makeConsumer(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(consumer)) writeFileSync(join(folder, name), text);
}

/** What users of each kind see in a project that has Millrace in its node_modules: one text, by kind. */
export function useInConsumer(folder) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const cli = join(folder, "node_modules", "millrace", "dist", "cli.js");
  const options = ["--disable-warning=ExperimentalWarning"];
  const types = [
    ...options,
    "--import",
    pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href,
  ];
  return {
    types: run(process.execPath, [tsc, "--project", "."], folder),
    module: run(process.execPath, [...types, "program.mts"], folder),
    commonjs: run(
      process.execPath,
      [
        ...options,
        "--experimental-require-module",
        "--eval",
        'console.log("commonjs", typeof require("millrace").flow, typeof require("millrace/testing").testFlow)',
      ],
      folder,
    ),
    commandLine: run(process.execPath, [cli, "run", "double", "--value", "5", "--json", "--quiet"], folder),
  };
}

/** A project whose Millrace is the unpacked tarball, with dependencies that are linked rather than installed. */
export function linkedConsumer(folder, tarball) {
  makeConsumer(folder);
  const modules = join(folder, "node_modules");
  const own = join(modules, "millrace");
  mkdirSync(own, { recursive: true });
  run("tar", ["-xzf", tarball, "--strip-components=1", "-C", own], folder);
  for (const name of ["@duckdb", "@types", "esbuild", "@esbuild", "piscina", "zod"]) {
    const into = join(modules, name);
    if (name !== "@types") symlinkSync(join(root, "node_modules", name), into, "junction");
    else {
      // Only those that come with Millrace.
      mkdirSync(into);
      symlinkSync(join(root, "node_modules/@types/node"), join(into, "node"), "junction");
      symlinkSync(join(root, "node_modules/undici-types"), join(modules, "undici-types"), "junction");
    }
  }
}

/** A copy of this checkout that `npm pack` may write in, with what is built and the same packages. */
export function copyToPack(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(root))
    if (!/^(node_modules|\.git|\.millrace|output_data|test|.*\.(vsix|tgz))$/.test(name))
      cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32" && command === "npm",
    env: { ...process.env, MILLRACE_SESSION: "", npm_config_yes: "true" },
  });
  if (status !== 0)
    throw new Error(`${[command, ...args].join(" ")} failed: ${error ?? ""}\n${stdout}${stderr}`);
  return stdout;
}

async function checkPackage() {
  await install();
  const room = mkdtempSync(join(tmpdir(), "millrace-package-check-"));
  try {
    const clone = join(room, "clone");
    run("git", ["clone", "--quiet", root, clone], room);
    const tarball = packOf(clone, room);
    console.log(run("tar", ["-tzf", tarball], room).trim().split("\n").length, "files in", tarball);
    const project = join(room, "project");
    makeConsumer(project);
    run("npm", ["install", "--no-audit", "--no-fund", tarball], project);
    for (const [kind, said] of Object.entries(useInConsumer(project))) console.log(`${kind}: ${said.trim()}`);
    console.log(run("npx", ["--yes", "publint@0.3", "--strict", tarball], room));
    console.log(
      run(
        "npx",
        ["--yes", "@arethetypeswrong/cli@0.18", "--profile", "esm-only", "--no-emoji", tarball],
        room,
      ),
    );
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) await checkPackage();
