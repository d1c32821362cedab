import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { FolderRuns } from "../../extension/runs/folder-runs.ts";
import { terminalText } from "../../runtime/cli/render/own-sequences.ts";
import { runText } from "../../runtime/cli/render/run-text.ts";
import { UserError } from "../../runtime/errors/user-error.ts";
import { LogLines } from "../../runtime/events/log-lines.ts";
import { viewToJson } from "../../runtime/events/run-view-json.ts";
import { EventReader } from "../../runtime/store/event-reader.ts";
import { listRuns, readRunAs } from "../../runtime/store/read-run.ts";
import { runPaths } from "../../runtime/store/run-folder.ts";
import { makeHostileRuns } from "./hostile-runs.ts";
import { controlsIn, hostileText } from "./hostile-text.ts";

type Json = { [name: string]: unknown } | unknown[];

/** What stands in a place of a run's JSON instead. */
const instead = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0.5, 1e300, "", [], {}, "constructor", "../../../../etc/passwd", [
    "x",
  ]),
  hostileText,
  fc.jsonValue(),
);

/** A place in a value: so many steps down, each the nth of what there is. */
const place = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });

/** The value with something else in a place, or without what is there. */
function changed(
  value: unknown,
  at: readonly number[],
  by: { readonly value: unknown } | undefined,
): unknown {
  const copy = structuredClone(value);
  let parent: Json | undefined;
  let key = "";
  let here: unknown = copy;
  for (const step of at) {
    if (typeof here !== "object" || here === null) break;
    const keys = Object.keys(here);
    if (keys.length === 0) break;
    parent = here as Json; // an object or a list
    key = keys[step % keys.length] ?? "";
    here = (parent as { [name: string]: unknown })[key];
  }
  if (parent === undefined) return by === undefined ? copy : by.value;
  if (by !== undefined) (parent as { [name: string]: unknown })[key] = by.value;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
}

describe("a run's folder that is damaged at random", function () {
  this.timeout(300_000);
  let room = "";
  let base = "";
  let folder = "";
  let info: unknown;
  let events: unknown[] = [];
  before(() => {
    room = realpathSync(mkdtempSync(join(tmpdir(), "millrace-damaged-")));
    base = join(room, "base");
    mkdirSync(base);
    const [[, id] = ["", ""]] = makeHostileRuns(base, [{ name: "good", change: () => {} }]);
    folder = join(base, ".millrace", "runs", id);
    info = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
    events = readFileSync(join(folder, "events.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
  });
  after(() => rmSync(room, { recursive: true, force: true }));

  /** Everything that shows the run: none may fail but with a message for users. */
  async function showAll(): Promise<void> {
    const { runs, unreadable } = await listRuns(base);
    assert.equal(runs.length + unreadable.length, 1);
    const index = new FolderRuns(base);
    await index.look("all");
    assert.equal(index.summaries.length + index.unreadable.length, 1);
    try {
      const run = await readRunAs(folder, "gone");
      const printed = terminalText(runText(run, { columns: 100, now: 1, all: false }).join("\n"));
      assert.deepEqual(controlsIn(printed, "\n\t"), []);
      JSON.stringify(viewToJson(run.view));
      new LogLines().lines(await new EventReader(runPaths(folder).events).read());
    } catch (error) {
      assert.ok(error instanceof UserError, String((error as Error).stack));
    }
  }

  it("is shown, or can't be read for a reason, whatever stands in run.json", async () => {
    writeFileSync(join(folder, "events.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    await fc.assert(
      fc.asyncProperty(
        place,
        fc.option(fc.record({ value: instead }), { nil: undefined }),
        async (at, by) => {
          writeFileSync(join(folder, "run.json"), JSON.stringify(changed(info, at, by)) ?? "");
          await showAll();
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is shown up to the damage, whatever stands in its events", async () => {
    writeFileSync(
      join(folder, "run.json"),
      JSON.stringify({ ...(info as object), state: undefined, tasks: undefined }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(place, fc.option(fc.record({ value: instead }), { nil: undefined })), {
          minLength: 1,
          maxLength: 3,
        }),
        async (changes) => {
          let damaged: unknown = events;
          for (const [at, by] of changes) damaged = changed(damaged, at, by);
          const lines = Array.isArray(damaged) ? damaged : [damaged];
          writeFileSync(
            join(folder, "events.jsonl"),
            lines.map((event) => `${JSON.stringify(event)}\n`).join(""),
          );
          await showAll();
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is shown up to the damage, whatever bytes are in its files", async () => {
    const good = readFileSync(join(folder, "run.json"));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        fc.boolean(),
        async (at, bytes, inInfo) => {
          const whole = inInfo
            ? good
            : Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
          const damaged = Buffer.from(whole);
          damaged.set(bytes.subarray(0, damaged.length), at % Math.max(1, damaged.length - bytes.length));
          writeFileSync(join(folder, inInfo ? "run.json" : "events.jsonl"), damaged);
          await showAll();
          writeFileSync(join(folder, "run.json"), good);
        },
      ),
      { numRuns: 200 },
    );
  });
});
