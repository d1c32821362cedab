import assert from "node:assert/strict";
import fc from "fast-check";
import { dataset } from "../../runtime/datasets/dataset.ts";
import { temporaryFolder } from "../runner/flow-fixture.ts";
import { needExtensions } from "../tables/extension-files.ts";
import { RunParts, rowsText } from "./run-parts.ts";

interface Entry {
  readonly id: number;
  readonly part: number;
  readonly sum: number;
}

/** What a night's task commits, and how often its run is done: killed and resumed where it is more than once. */
interface Night {
  readonly kind: "append" | "merge" | "replace" | "replacePartitions" | "scd2";
  readonly rows: readonly Entry[];
  readonly times: number;
}

const night: fc.Arbitrary<Night> = fc.record({
  kind: fc.constantFrom("append", "merge", "replace", "replacePartitions", "scd2"),
  rows: fc.uniqueArray(fc.record({ id: fc.nat(5), part: fc.nat(2), sum: fc.nat(3) }), {
    minLength: 1,
    maxLength: 5,
    selector: ({ id }) => id,
  }),
  times: fc.constantFrom(1, 1, 2, 3),
});

interface Held extends Entry {
  readonly from: number;
  readonly to: number | undefined;
}

/** A plain computation of all nights. */
class Oracle {
  rows: readonly Entry[] = [];
  held: readonly Held[] = [];

  add({ kind, rows }: Night, day: number): void {
    switch (kind) {
      case "append":
        this.rows = [...this.rows, ...rows];
        return;
      case "replace":
        this.rows = rows;
        return;
      case "replacePartitions":
        this.rows = [...this.rows.filter(({ part }) => !rows.some((row) => row.part === part)), ...rows];
        return;
      case "merge": {
        const has = ({ id }: Entry) => this.rows.some((row) => row.id === id);
        const added = rows.filter((row) => !has(row));
        this.rows = [...this.rows.map((row) => rows.find(({ id }) => id === row.id) ?? row), ...added];
        return;
      }
      case "scd2": {
        const holding = (row: Entry) => this.held.find(({ id, to }) => id === row.id && to === undefined);
        const stays = (row: Held) =>
          rows.some(({ id, part, sum }) => id === row.id && part === row.part && sum === row.sum);
        const fresh = rows.filter((row) => {
          const now = holding(row);
          return now === undefined || !stays(now);
        });
        this.held = [
          ...this.held.map((row) => (row.to !== undefined || stays(row) ? row : { ...row, to: day })),
          ...fresh.map((row) => ({ ...row, from: day, to: undefined })),
        ];
        return;
      }
    }
  }
}

const dayText = (day: number) => `2026-01-${String(day).padStart(2, "0")}`;
const entryText = ({ id, part, sum }: Entry) => `id=${id} part=${part} sum=${sum}`;
const heldText = (row: Held) =>
  `${entryText(row)} valid_from=${dayText(row.from)} valid_to=${row.to === undefined ? "null" : dayText(row.to)}`;

describe("Datasets that are written night for night", () => {
  before(async function () {
    await needExtensions(this, ["sqlite_scanner", "ducklake"]);
  });

  it("have the rows of one plain computation, however often each night is done", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(night, { minLength: 1, maxLength: 6 }), async (nights) => {
        const base = temporaryFolder();
        const kept = dataset("kept", { key: ["id"], columns: { id: "long", part: "long", sum: "long" } });
        const history = dataset("history", { key: ["id"], columns: { id: "long" } });
        const oracle = new Oracle();
        for (const [i, each] of nights.entries()) {
          const { kind, rows, times } = each;
          for (let attempt = 1; attempt <= times; attempt++) {
            await using run = new RunParts(base, `night-${i}`, attempt);
            await run.task("Keep-0", async () => {
              const table = await run.table(rows.map((row) => ({ ...row })));
              if (kind === "scd2") await history.scd2(table, { at: dayText(i + 1), hardDeletes: true });
              else if (kind === "replacePartitions") await kept.replacePartitions(table, ["part"]);
              else await kept[kind](table);
            });
          }
          oracle.add(each, i + 1);
        }
        await using run = new RunParts(base, "reader");
        const read = (named: typeof kept) =>
          run.task("Read-0", async () => rowsText(await named.read(run.session)));
        assert.equal(await read(kept), oracle.rows.map(entryText).sort().join("\n"));
        assert.equal(await read(history), oracle.held.map(heldText).sort().join("\n"));
      }),
      { numRuns: Number(process.env.MILLRACE_TEST_NIGHTS ?? 3) },
    );
  });
});
