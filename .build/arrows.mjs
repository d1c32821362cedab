// Who may import whom: one table, from which biome.json's rules and the list of .github/CONTRIBUTING.md are written.
// `node .build/arrows.mjs` writes both; `npm run check` says where they aren't as the table has them.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "./freshness.mjs";
import { isMain } from "./is-main.mjs";

const runtime = (...names) => names.map((name) => `runtime/${name}`);
const extension = (...names) => names.map((name) => `extension/${name}`);
/** What the extension takes of the operations: it loads neither user code nor native modules. */
const findAndCancel = runtime("operations/find-run.ts", "operations/cancel-run.ts");

/** Rooms, and what each may import beside itself: rooms and files. From the bottom upwards. */
export const arrows = {
  "runtime/errors": [],
  "runtime/processes": [],
  "runtime/shown-text": [],
  "runtime/matching": [],
  "runtime/matching/exact-join": runtime("matching/columns.ts", "matching/matching-error.ts"),
  "runtime/events": runtime("errors"),
  "runtime/disk": runtime("errors", "processes"),
  "runtime/secrets": runtime("disk", "errors"),
  "runtime/authoring": runtime("errors", "events", "secrets"),
  "runtime/store": runtime("disk", "errors", "events", "processes", "secrets"),
  "runtime/tables": runtime("authoring", "disk", "errors", "matching"),
  "runtime/datasets": runtime("authoring", "disk", "errors", "tables"),
  "runtime/commands": runtime("authoring", "disk", "errors", "secrets", "tables"),
  "runtime/checks": runtime("authoring", "errors", "events", "tables"),
  "runtime/crossing": runtime("authoring", "disk", "errors", "events", "secrets"),
  "runtime/worker": runtime("authoring", "crossing", "disk", "errors", "events", "secrets"),
  "runtime/discovery": runtime("authoring", "disk", "errors", "events", "secrets"),
  "runtime/runner": runtime(
    ...["authoring", "crossing", "discovery", "disk", "errors", "events", "processes", "secrets", "store"],
    "worker",
  ),
  "runtime/operations": runtime(
    ...["authoring", "crossing", "discovery", "disk", "errors", "events", "processes", "runner"],
    ...["secrets", "store", "tables", "worker"],
  ),
  "runtime/testing": runtime(
    ...["authoring", "discovery", "errors", "events", "operations", "runner", "store", "worker"],
  ),
  "runtime/cli": runtime(
    ...["authoring", "datasets", "discovery", "disk", "errors", "events", "operations", "processes"],
    ...["runner", "secrets", "shown-text", "store", "tables", "worker"],
  ),
  webview: runtime("errors", "events"),
  "extension/manifest": [],
  "extension/shown": runtime("shown-text"),
  "extension/programs": [...extension("shown"), ...runtime("disk")],
  "extension/dev-container": [...extension("programs", "shown"), ...runtime("disk", "store")],
  "extension/command-line": [
    ...extension("dev-container", "programs", "shown"),
    ...runtime("events", "store"),
    ...findAndCancel,
  ],
  "extension/runs": [
    ...extension("command-registry.ts", "manifest", "shown", "until-seen.ts"),
    ...runtime("events", "shown-text", "store"),
  ],
  "extension/flows": [
    ...extension("command-registry.ts", "manifest", "runs", "shown", "until-seen.ts"),
    ...runtime("authoring", "discovery", "errors", "events", "shown-text"),
  ],
  "extension/panel": [
    ...extension("command-line"),
    ...runtime("disk", "events", "shown-text", "store"),
    "webview/contract.ts",
  ],
  "extension/running": [
    ...extension("command-line", "flows", "manifest", "panel", "runs", "shown", "until-seen.ts"),
    ...runtime("discovery", "disk", "events", "secrets", "store"),
    ...findAndCancel,
    "webview/contract.ts",
  ],
};

/** A path of rooms that comes back to where it began, if there is one. */
export function findCircle(table) {
  const roomOf = (path) =>
    Object.keys(table).findLast((room) => path === room || path.startsWith(`${room}/`));
  const visit = (room, trail) => {
    if (trail.includes(room)) return [...trail.slice(trail.indexOf(room)), room];
    for (const path of table[room]) {
      const next = roomOf(path);
      // Where a room inside takes a file of the room around it, that room's rules hold for the file.
      if (next === undefined || room.startsWith(`${next}/`)) continue;
      const circle = visit(next, [...trail, room]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  for (const room of Object.keys(table)) {
    const circle = visit(room, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** Biome's overrides for a table. */
function overridesOf(table) {
  return Object.entries(table).flatMap(([room, allowed]) => {
    const byDepth = new Map();
    for (const folder of foldersOf(room, table)) {
      const depth = folder.split("/").length - room.split("/").length;
      byDepth.set(depth, [...(byDepth.get(depth) ?? []), `${folder}/*.ts`]);
    }
    return [...byDepth].map(([depth, includes]) => {
      const [folder] = includes;
      const up = "../".repeat(depth + 1);
      const allow = allowed.map((path) => {
        const relative = posix.relative(posix.dirname(folder), path);
        return `!${relative.startsWith(".") ? relative : `./${relative}`}${path.endsWith(".ts") ? "" : "/**"}`;
      });
      const what = allowed.length === 0 ? "nothing else" : `only ${allowed.join(", ")}`;
      const message = `${room} imports ${what}: see .build/arrows.mjs.`;
      const options = { patterns: [{ group: [`${up}**`, ...allow], message }] };
      return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options } } } } };
    });
  });
}

/** The room's folders, but for those that are rooms themselves. */
function foldersOf(room, table) {
  const inside = readdirSync(join(root, room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${room}/${name}`)
    .filter((folder) => !(folder in table));
  return [room, ...inside.flatMap((folder) => foldersOf(folder, table))];
}

/** The list of CONTRIBUTING.md: a line a room. */
function listOf(table) {
  return Object.entries(table)
    .map(([room, allowed]) => {
      const names = allowed.map((path) =>
        path.replace(/^runtime\//, "").replace(/^extension\//, "extension/"),
      );
      return `- \`${room.replace(/^runtime\//, "")}\` → ${names.length === 0 ? "nothing" : names.join(", ")}`;
    })
    .join("\n");
}

const marks = ["<!-- arrows -->\n", "\n<!-- /arrows -->"];

/** Both files as they are, and as the table has them. */
function files() {
  const biome = join(root, "biome.json");
  const page = join(root, ".github", "CONTRIBUTING.md");
  const before = { [biome]: readFileSync(biome, "utf8"), [page]: readFileSync(page, "utf8") };
  const config = JSON.parse(before[biome]);
  const isArrow = ({ linter }) => linter?.rules?.style?.noRestrictedImports !== undefined;
  config.overrides = [...config.overrides.filter((override) => !isArrow(override)), ...overridesOf(arrows)];
  const [start, end] = marks.map((mark) => before[page].indexOf(mark));
  if (start < 0 || end < start) throw new Error(`${page} has no list between ${marks.join(" and ")}.`);
  const list = before[page].slice(0, start + marks[0].length) + listOf(arrows) + before[page].slice(end);
  return { before, after: { [biome]: formatted(JSON.stringify(config)), [page]: list } };
}

function formatted(json) {
  const bin = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  const args = ["format", "--stdin-file-path=biome.json"];
  const { stdout } = spawnSync(process.execPath, [bin, ...args], {
    cwd: root,
    input: json,
    encoding: "utf8",
  });
  return stdout;
}

/** What isn't as the table has it, a sentence each. */
export function arrowProblems() {
  const circle = findCircle(arrows);
  const { before, after } = files();
  return [
    ...(circle === undefined ? [] : [`The table of arrows has a circle: ${circle.join(" → ")}.`]),
    ...Object.keys(after)
      .filter((file) => before[file] !== after[file])
      .map((file) => `${file} isn't as .build/arrows.mjs has it: run 'node .build/arrows.mjs'.`),
  ];
}

if (isMain(import.meta.url)) {
  const { after } = files();
  for (const [file, text] of Object.entries(after)) writeFileSync(file, text);
}
