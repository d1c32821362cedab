import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { ThreadPipe } from "../../runtime/runner/thread-pipe.ts";
import { PipeOutlet } from "../../runtime/worker/pipe-outlet.ts";
import type { ToRun } from "../../runtime/worker/protocol.ts";
import { temporaryFolder } from "./flow-fixture.ts";

/** What a writer puts into a pipe for some messages, in the pieces that nobody else's bytes come between. */
function piecesOf(writer: number, messages: readonly (readonly [ToRun, Uint8Array])[]): Buffer[] {
  const path = join(temporaryFolder(), "pipe");
  const fd = openSync(path, "w");
  const outlet = new PipeOutlet(fd, writer);
  for (const [message, bytes] of messages) outlet.say(message, bytes);
  closeSync(fd);
  const all = readFileSync(path);
  const pieces: Buffer[] = [];
  for (let at = 0; at < all.length; ) {
    const end = at + 8 + (all.readUInt32LE(at + 4) >>> 1);
    pieces.push(all.subarray(at, end));
    at = end;
  }
  return pieces;
}

const message = fc.tuple(
  fc.record({
    from: fc.constant("response" as const),
    call: fc.nat(),
    took: fc.nat(),
    next: fc.boolean(),
  }),
  fc.oneof(
    { weight: 4, arbitrary: fc.uint8Array({ maxLength: 50 }) },
    { weight: 1, arbitrary: fc.nat(60_000).map((length) => new Uint8Array(length).fill(7)) },
  ),
);

describe("the pipe of a thread", () => {
  it("gives each writer's messages, whole and in order, however they lie between each other's and in whatever chunks they come", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(message, { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.nat(2)),
        fc.infiniteStream(fc.integer({ min: 1, max: 40_000 })),
        fc.boolean(),
        (made, whose, lengths, isCut) => {
          const writers = made.map((messages, writer) =>
            messages.map(([told, bytes], index) => [{ ...told, call: 10 * writer + index }, bytes] as const),
          );
          const left = writers.map((messages, writer) => piecesOf(writer, messages));
          // The first writer may be ended before it has written all.
          const lost = isCut && (left[0]?.length ?? 0) > 0;
          if (lost) left[0]?.pop();
          const mixed: Buffer[] = [];
          while (left.some((pieces) => pieces.length > 0)) {
            const piece = left[(whose.next().value ?? 0) % left.length]?.shift();
            if (piece !== undefined) mixed.push(piece);
          }
          const heard: (readonly [ToRun, Uint8Array])[] = [];
          const stream = new PassThrough();
          new ThreadPipe(stream, (told, bytes) => heard.push([told, Uint8Array.from(bytes)]));
          const all = Buffer.concat(mixed);
          for (let at = 0; at < all.length; ) {
            const end = Math.min(at + (lengths.next().value ?? 1), all.length);
            stream.emit("data", all.subarray(at, end));
            at = end;
          }
          // Numbered, so that each is one writer's.
          const of = (writer: number) =>
            heard.filter(([told]) => told.from === "response" && Math.floor(told.call / 10) === writer);
          for (const [writer, messages] of writers.entries())
            assert.deepEqual(of(writer), writer === 0 && lost ? messages.slice(0, -1) : messages);
        },
      ),
      { numRuns: 60 },
    );
  });
});
