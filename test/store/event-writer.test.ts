import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { RunEvent, RunEventBody } from "../../runtime/events/run-event.ts";
import { EventReader, followEvents } from "../../runtime/store/event-reader.ts";
import { runEvent } from "../../runtime/store/event-shape.ts";
import { EventWriter, fenceEvents } from "../../runtime/store/event-writer.ts";
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

async function openWriter(
  path: string,
  options: { number?: number; seq?: number } = {},
): Promise<{ writer: EventWriter; written: RunEvent[] }> {
  const written: RunEvent[] = [];
  const writer = await EventWriter.open(path, {
    ...options,
    onWritten: (events) => written.push(...events),
    onFailure: assert.fail,
    onReaderFailure: () => assert.fail(),
  });
  return { writer, written };
}

/** Goes on with a file as a resumed run does. */
async function takeOver(path: string, number: number): Promise<{ writer: EventWriter; written: RunEvent[] }> {
  await fenceEvents(path, number);
  const before = await new EventReader(path).read();
  return openWriter(path, { number, seq: before.at(-1)?.seq ?? 0 });
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

  it("is gone on with by the next writer without a gap, and readers go on from where they were", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyEvents,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom("", "\n", "\0\0\0", "\0\n", "{]\nnull\n", "\n\n7"),
        async (events, share, garbage) => {
          const bytes = Buffer.from(events.map(line).join(""));
          const cut = Math.round(bytes.length * share);
          const whole = wholeEvents(events, cut);
          const path = newFile(Buffer.concat([bytes.subarray(0, cut), Buffer.from(garbage)]));
          const reader = new EventReader(path);
          const before = await reader.read();
          // A cut right before a line's end leaves an event that the garbage may end.
          const isWhole = garbage.startsWith("\n") && wholeEvents(events, cut + 1).length > whole.length;
          const count = whole.length + (isWhole ? 1 : 0);
          assert.equal(before.length, count);
          const { writer, written } = await takeOver(path, 2);
          writer.append(log("one"));
          writer.append(log("two"));
          await writer.close();
          assert.deepEqual(
            written.map(({ seq }) => seq),
            [count + 1, count + 2],
          );
          const all = await new EventReader(path).read();
          assert.deepEqual(
            all.map(({ seq }) => seq),
            Array.from({ length: count + 2 }, (_, i) => i + 1),
          );
          assert.deepStrictEqual([...before, ...(await reader.read())], all);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("is gone on with whatever the length of its torn end, and says nothing of that", async () => {
    const event: RunEvent = { seq: 1, time: 1, ...log("whole") };
    for (const length of [1, 65_536, 4_194_300, 9_000_000]) {
      for (const start of ["", line(event)]) {
        const path = newFile(`${start}{"seq":2,"${"x".repeat(length)}`);
        const { writer } = await takeOver(path, 2);
        writer.append(log("next"));
        await writer.close();
        const reader = new EventReader(path);
        const seqs = (await reader.read()).map(({ seq }) => seq);
        assert.deepEqual(seqs, start === "" ? [1] : [1, 2]);
        assert.deepEqual(reader.damages, []);
      }
    }
  });
});

/** Events that count, the slow way: up to the first whole line that isn't the next event. */
function eventsUpToDamage(bytes: Buffer): { events: unknown[]; line: number | undefined } {
  const events: { seq: number }[] = [];
  for (let start = 0, line = 1; ; line++) {
    const end = bytes.indexOf(10, start);
    if (end < 0) return { events, line: undefined };
    const raw = bytes.subarray(start, end);
    start = end + 1;
    if (raw.length === 0) continue;
    try {
      const value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
      if (
        value.seq !== events.length + 1 ||
        runEvent(value) !== undefined ||
        ("writer" in value && value.writer !== 1)
      )
        return { events, line };
      events.push(value);
    } catch {
      return { events, line };
    }
  }
}

describe("a damaged events file", () => {
  const damage = fc.oneof(
    fc.record({ kind: fc.constant("bytes" as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
    fc.record({
      kind: fc.constant("bytes" as const),
      bytes: fc
        .constantFrom(
          "\n",
          ",",
          "null\n",
          "{}\n",
          "\ufeff",
          "\0\0\0\0\n",
          '{"seq":9,"time":1,"type":"log"}\n',
        )
        .map((text) => new Uint8Array(Buffer.from(text))),
    }),
    fc.record({ kind: fc.constant("cut" as const), length: fc.nat(200) }),
  );

  it("reads as the whole events before the damage, and says in which line that is, in any steps of its growth", async () => {
    let damaged = 0;
    await fc.assert(
      fc.asyncProperty(
        anyEvents,
        damage,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        async (events, what, share, over, steps) => {
          const bytes = Buffer.from(events.map(line).join(""));
          const at = Math.min(bytes.length, 1 + Math.round(bytes.length * share)); // the first byte is another test's
          const inserted = what.kind === "bytes" ? what.bytes : new Uint8Array();
          const after = at + (what.kind === "cut" ? what.length : over ? inserted.length : 0);
          const file = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(after)]);
          const expected = eventsUpToDamage(file);
          if (expected.line !== undefined) damaged++;
          const whole = new EventReader(newFile(file));
          assert.deepStrictEqual(await whole.read(), expected.events);
          assert.equal(whole.damages[0]?.line, expected.line);
          const path = newFile();
          const growing = new EventReader(path);
          const read: RunEvent[] = [];
          let from = 0;
          for (const to of [
            ...steps.map((step) => Math.round(step * file.length)).sort((a, b) => a - b),
            file.length,
          ]) {
            appendFileSync(path, file.subarray(from, to));
            read.push(...(await growing.read()));
            from = to;
          }
          assert.deepStrictEqual(read, expected.events);
          assert.deepEqual(growing.damages, whole.damages);
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(damaged > 200, `${damaged} of 400 were damaged`);
  });

  it("says what is wrong with it", async () => {
    const events = [1, 2, 3].map((seq): RunEvent => ({ seq, time: seq, ...log("a") }));
    const whole = events.map(line).join("");
    const said = async (content: string | Uint8Array) => {
      const reader = new EventReader(newFile(content));
      const seqs = (await reader.read()).map(({ seq }) => seq);
      return `${seqs.join(" ")}: ${reader.damages.map(({ line, problem }) => `line ${line}: ${problem}`).join(", ")}`;
    };
    const texts = [
      await said(whole.replace(`"seq":2`, `"seq":`)),
      await said(whole.replace(`"seq":2`, `"seq":7`)),
      await said(whole.replace(`{"seq":2`, `{"sea":2`)),
      await said(`\ufeff${whole}`),
      await said(whole.replace(`{"seq":2`, `\ufeff{"seq":2`)),
      await said(whole.replace(`{"seq":2`, `${"\0".repeat(70_000)}{"seq":2`)),
      await said(whole.replace(`"seq":3`, `"seq":3,"writer":2`)),
      await said(Buffer.concat([Buffer.from(line(events[0] as RunEvent)), Buffer.alloc(65 << 20, "x")])),
    ];
    assert.equal(
      texts.join("\n"),
      [
        "1: line 2: it isn't JSON",
        "1: line 2: it is event 7, and 2 is missing",
        "1: line 2: it isn't an event",
        "1 2 3: line 1: it begins with a byte order mark",
        "1: line 2: it isn't JSON",
        "1: line 2: it isn't JSON",
        "1 2: line 3: it is of the run's writer 2, whose beginning is missing",
        "1: line 2: it is longer than 64 MB",
      ].join("\n"),
    );
  });

  it("can be gone on with, and tells what was passed over", async () => {
    const events = [1, 2, 3].map((seq): RunEvent => ({ seq, time: seq, ...log("a") }));
    const whole = events.map(line);
    const path = newFile([whole[0], "\0\0\n", whole[1], whole[2]].join(""));
    const reader = new EventReader(path);
    assert.deepEqual(await reader.read(), [events[0]]);
    const { writer, written } = await takeOver(path, 2);
    writer.append(log("on"));
    await writer.verify();
    await writer.close();
    assert.deepEqual(await reader.read(), written);
    assert.deepEqual(
      written.map(({ seq, writer }) => [seq, writer]),
      [[2, 2]],
    );
    assert.deepEqual(reader.damages, [{ line: 2, problem: "it isn't JSON", passedBy: 2 }]);
  });

  it("is followed without being kept: a line without an end costs no memory, and is passed over when it has one", async () => {
    const path = newFile(line({ seq: 1, time: 1, ...log("a") }));
    const reader = new EventReader(path);
    assert.equal((await reader.read()).length, 1);
    const block = Buffer.alloc(1 << 20, "x");
    const before = process.memoryUsage();
    let most = 0;
    for (let i = 0; i < 160; i++) {
      appendFileSync(path, block);
      assert.deepEqual(await reader.read(), []);
      const { heapUsed, external } = process.memoryUsage();
      most = Math.max(most, heapUsed + external - before.heapUsed - before.external);
    }
    assert.ok(most < 100 << 20, `${most >> 20} MB`);
    assert.equal(reader.damages.length, 1);
    const { writer, written } = await takeOver(path, 2);
    writer.append(log("on"));
    await writer.close();
    assert.deepEqual(await reader.read(), written);
  });

  it("emptied, deleted or replaced while it is read is said to be", async () => {
    const content = [1, 2].map((seq) => line({ seq, time: seq, ...log(`a${seq}`) })).join("");
    const replaced = content.replaceAll("a", "b");
    for (const [change, problem] of [
      [(path: string) => truncateSync(path, 0), "the file was emptied or replaced while it was read"],
      [(path: string) => writeFileSync(path, replaced), "the file was emptied or replaced while it was read"],
      [(path: string) => rmSync(path), "the file was deleted while it was read"],
    ] as const) {
      const path = newFile(content);
      const reader = new EventReader(path);
      assert.equal((await reader.read()).length, 2);
      change(path);
      assert.deepEqual(await reader.read(), []);
      assert.deepEqual(await reader.read(), []);
      assert.deepEqual(
        reader.damages.map((damage) => damage.problem),
        [problem],
      );
    }
  });
});

describe("an events file with more than one writer", () => {
  it("has of each only what it wrote before the next began, numbered without gaps, for whoever reads it whenever", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ writer: fc.nat(3), events: fc.integer({ min: 1, max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ torn: fc.constantFrom("", "{", '{"seq":1,"ti', "\0\0") }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
        const path = newFile();
        const writers = [(await openWriter(path)).writer];
        const follower = new EventReader(path);
        const followed: RunEvent[] = [];
        const expected: string[] = [];
        for (const [number, step] of steps.entries()) {
          if ("torn" in step) {
            // The latest was killed while it wrote; another takes over. Any that came before may wake up.
            appendFileSync(path, step.torn);
            writers.push((await takeOver(path, writers.length + 1)).writer);
          } else {
            const index = writers.length - 1 - Math.min(step.writer, writers.length - 1);
            for (let i = 0; i < step.events; i++) {
              const message = `${number} ${i} by ${index + 1}`;
              writers[index]?.append(log(message));
              if (index === writers.length - 1) expected.push(message);
            }
            await writers[index]?.flush();
          }
          followed.push(...(await follower.read()));
        }
        for (const writer of writers) await writer.close();
        const messages = (events: readonly RunEvent[]) =>
          events.map((event) => `${event.seq} ${event.type === "log" ? event.message : ""}`);
        const numbered = expected.map((message, index) => `${index + 1} ${message}`);
        const reader = new EventReader(path);
        assert.deepEqual(messages(await reader.read()), numbered);
        assert.deepEqual(messages(followed), numbered);
        assert.deepEqual([reader.writer, reader.damages], [writers.length, []]);
      }),
      { numRuns: 150 },
    );
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
    const writer = await EventWriter.open("/dev/full", {
      onWritten: () => assert.fail(),
      onFailure: (error) => failures.push(error.message),
      onReaderFailure: () => assert.fail(),
    });
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

describe("an event writer whose file", () => {
  const emptyThenGrown = (path: string) => writeFileSync(path, "x".repeat(5_000));
  for (const [what, change, message] of [
    ["is deleted", (path: string) => rmSync(path), /^ENOENT/],
    ["is emptied", (path: string) => truncateSync(path, 0), /was emptied or cut short$/],
    [
      "is replaced",
      (path: string) => {
        writeFileSync(`${path}.new`, readFileSync(path));
        renameSync(`${path}.new`, path);
      },
      /was replaced by another file$/,
    ],
    ["is written over", emptyThenGrown, /was changed by another program: it doesn't hold what was written$/],
  ] as const) {
    for (const when of ["before a batch", "at the end"]) {
      it(`${what} says so ${when}`, async () => {
        const path = newFile();
        const failures: string[] = [];
        const writer = await EventWriter.open(path, {
          onWritten: () => {},
          onFailure: (error) => failures.push(error.message),
          onReaderFailure: () => assert.fail(),
        });
        writer.append(log("a"));
        await writer.flush();
        change(path);
        if (when === "before a batch") writer.append(log("b"));
        await assert.rejects(writer.verify(), { message });
        assert.equal(failures.length, 1);
        await assert.rejects(writer.close());
      });
    }
  }

  it("isn't its own any more writes nothing to it", async () => {
    const path = newFile();
    let taken = false;
    const failures: string[] = [];
    const writer = await EventWriter.open(path, {
      check: () => {
        if (taken) throw new Error("taken");
      },
      onWritten: () => {},
      onFailure: (error) => failures.push(error.message),
      onReaderFailure: () => assert.fail(),
    });
    writer.append(log("a"));
    await writer.flush();
    const before = readFileSync(path, "utf8");
    taken = true;
    writer.append(log("b"));
    await assert.rejects(writer.close(), { message: "taken" });
    assert.deepEqual([failures, readFileSync(path, "utf8")], [["taken"], before]);
  });

  it("is read by something that fails goes on, and says that it isn't the file", async () => {
    const path = newFile();
    const failures: unknown[] = [];
    const writer = await EventWriter.open(path, {
      onWritten: () => {
        throw new Error("no screen");
      },
      onFailure: assert.fail,
      onReaderFailure: (error) => failures.push((error as Error).message),
    });
    for (const message of ["a", "b"]) {
      writer.append(log(message));
      await writer.flush();
    }
    await writer.close();
    assert.deepEqual(failures, ["no screen"]);
    assert.equal((await new EventReader(path).read()).length, 2);
  });

  it("gets an event too long for readers has its texts cut", async () => {
    const path = newFile();
    const { writer } = await openWriter(path);
    writer.append(log("x".repeat(30_000_000)));
    await writer.close();
    const [event] = await new EventReader(path).read();
    assert.equal(
      event?.type === "log" && event.message.slice(65_530),
      "xxxxxx... (cut: 30000000 characters in all)",
    );
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
      for await (const events of followEvents(new EventReader(path), {
        signal: stop.signal,
        pollInterval: 20,
      })) {
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
    const following = followEvents(new EventReader(join(folder, "never.jsonl")), {
      signal: stop.signal,
      pollInterval: 60_000,
    });
    assert.deepEqual((await following.next()).value, []);
    setTimeout(() => stop.abort(), 20);
    assert.equal((await following.next()).done, true);
  });
});
