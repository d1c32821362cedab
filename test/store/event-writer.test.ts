import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { RunEvent, RunEventBody } from "../../runtime/events/run-event.ts";
import { EventReader, followEvents } from "../../runtime/store/event-reader.ts";
import { EventWriter } from "../../runtime/store/event-writer.ts";
import { anyEvents } from "../events/events-fixture.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "millrace-events-")));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function newFile(content: string | Uint8Array = ""): string {
  const path = join(folder, `${++files}.jsonl`);
  writeFileSync(path, content);
  return path;
}

const line = (event: RunEvent) => `${JSON.stringify(event)}\n`;
const log = (message: string): RunEventBody => ({ type: "log", level: "INFO", message });

async function openWriter(path: string): Promise<{ writer: EventWriter; written: RunEvent[] }> {
  const written: RunEvent[] = [];
  const writer = await EventWriter.open(path, (events) => written.push(...events), assert.fail);
  return { writer, written };
}

/** Events whose lines are whole in the first `length` bytes, the slow way. */
function wholeEvents(events: readonly RunEvent[], length: number): RunEvent[] {
  let end = 0;
  return events.filter((event) => {
    end += Buffer.byteLength(line(event));
    return end <= length;
  });
}

describe("an events file cut at any byte", () => {
  it("reads as the whole events before the cut", async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, fc.double({ min: 0, max: 1, noNaN: true }), async (events, share) => {
        const bytes = Buffer.from(events.map(line).join(""));
        const cut = Math.round(bytes.length * share);
        assert.deepStrictEqual(
          await new EventReader(newFile(bytes.subarray(0, cut))).read(),
          JSON.parse(JSON.stringify(wholeEvents(events, cut))),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("is repaired by the next writer, which goes on without a gap, and readers go on from where they were", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyEvents,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom("", "\n", "\0\0\0", "\0\n", "{]\nnull\n"),
        async (events, share, garbage) => {
          const bytes = Buffer.from(events.map(line).join(""));
          const cut = Math.round(bytes.length * share);
          const whole = wholeEvents(events, cut);
          const path = newFile(Buffer.concat([bytes.subarray(0, cut), Buffer.from(garbage)]));
          const reader = new EventReader(path);
          const before = await reader
            .read()
            .catch((error: Error) => assert.match(error.message, /is damaged/));
          const { writer, written } = await openWriter(path);
          writer.append(log("one"));
          writer.append(log("two"));
          await writer.close();
          assert.deepEqual(
            written.map(({ seq }) => seq),
            [whole.length + 1, whole.length + 2],
          );
          const all = await new EventReader(path).read();
          assert.deepEqual(
            all.map(({ seq }) => seq),
            Array.from({ length: whole.length + 2 }, (_, i) => i + 1),
          );
          if (before !== undefined) assert.deepStrictEqual([...before, ...(await reader.read())], all);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("is repaired whatever the length of its torn end", async () => {
    const event: RunEvent = { seq: 1, time: 1, ...log("whole") };
    for (const length of [1, 65_534, 65_535, 65_536, 65_537, 200_000]) {
      for (const start of ["", line(event)]) {
        const path = newFile(
          `${start}${"\n".repeat(length === 65_535 ? 1 : 0)}{"seq":2,"${"x".repeat(length)}`,
        );
        const { writer } = await openWriter(path);
        await writer.close();
        assert.equal(readFileSync(path, "utf8"), start);
      }
    }
  });

  it("in its middle is told as damaged, with its line", async () => {
    const events = [1, 2, 3].map((seq): RunEvent => ({ seq, time: seq, ...log("a") }));
    const path = newFile(events.map(line).join("").replace(`"seq":2`, `"seq":`));
    await assert.rejects(new EventReader(path).read(), { message: new RegExp(`^${path}:2 is damaged: `) });
  });
});

describe("an event writer", () => {
  it("numbers events, writes them in batches, and calls back when they are in the file", async () => {
    const path = newFile();
    const { writer, written } = await openWriter(path);
    const durable: string[] = [];
    for (let i = 0; i < 1000; i++) {
      writer.append(log(`${i}`));
      if (i % 100 === 0)
        writer.whenDurable(() =>
          durable.push(`${i} ${readFileSync(path, "utf8").includes(`"message":"${i}"`)}`),
        );
    }
    await writer.flush();
    writer.whenDurable(() => durable.push("at once"));
    assert.deepEqual(durable, [...Array.from({ length: 10 }, (_, i) => `${i * 100} true`), "at once"]);
    await writer.close();
    writer.append(log("too late"));
    assert.equal(written.length, 1000);
    assert.deepEqual(await new EventReader(path).read(), written);
  });

  it("tells once that it can't write, and lets nobody wait for ever", async function () {
    if (process.platform !== "linux") this.skip();
    const failures: string[] = [];
    const writer = await EventWriter.open(
      "/dev/full",
      () => assert.fail(),
      (error) => failures.push(error.message),
    );
    let durable = 0;
    for (let i = 0; i < 3; i++) {
      writer.append(log("lost"));
      await new Promise<void>((resolve) => writer.whenDurable(resolve));
      durable++;
    }
    assert.equal(durable, 3);
    assert.deepEqual(failures, ["ENOSPC: no space left on device, write"]);
    await assert.rejects(writer.close(), { code: "ENOSPC" });
  });
});

describe("an event reader", () => {
  it("reads on from where it stopped, over a file that isn't there yet and lines longer than its buffer", async () => {
    const path = join(folder, "later.jsonl");
    const reader = new EventReader(path);
    assert.deepEqual(await reader.read(), []);
    const events = [1, 2, 3].map(
      (seq): RunEvent => ({ seq, time: seq, ...log("é".repeat(seq === 2 ? 5_000_000 : 3)) }),
    );
    const text = events.map(line).join("");
    writeFileSync(path, text.slice(0, 5));
    assert.deepEqual(await reader.read(), []);
    appendFileSync(path, text.slice(5, 4_000_000));
    assert.deepEqual(await reader.read(), events.slice(0, 1));
    appendFileSync(path, text.slice(4_000_000));
    assert.deepEqual(await reader.read(), events.slice(1));
    assert.deepEqual(await reader.read(), []);
    truncateSync(path, 0);
    assert.deepEqual(await reader.read(), []);
  });

  it("follows a file as it grows, until it is told to stop", async () => {
    const path = join(folder, "follow", "events.jsonl");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(folder, "follow"));
    const stop = new AbortController();
    const seen: number[] = [];
    const following = (async () => {
      for await (const events of followEvents(path, { signal: stop.signal, pollInterval: 20 })) {
        for (const event of events) seen.push(event.seq);
        if (seen.length === 300) stop.abort();
      }
    })();
    const { writer } = await openWriter(path);
    for (let i = 0; i < 300; i++) {
      writer.append(log(`${i}`));
      if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await writer.close();
    await following;
    assert.deepEqual(
      seen,
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
  });

  it("that follows stops at once while it waits", async () => {
    const stop = new AbortController();
    const following = followEvents(join(folder, "never.jsonl"), {
      signal: stop.signal,
      pollInterval: 60_000,
    });
    assert.deepEqual((await following.next()).value, []);
    setTimeout(() => stop.abort(), 20);
    assert.equal((await following.next()).done, true);
  });
});
