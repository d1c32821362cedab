import assert from "node:assert/strict";
import fc from "fast-check";
import { ReadyQueue } from "../../runtime/runner/ready-queue.ts";
import { Slots } from "../../runtime/runner/slots.ts";

const tags = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 2 });

type Step =
  | { readonly kind: "add"; readonly tags: readonly string[] }
  | { readonly kind: "take"; readonly refused: readonly string[] }
  | { readonly kind: "take first"; readonly divisor: number }
  | { readonly kind: "put back"; readonly tags: readonly string[]; readonly count: number }
  | { readonly kind: "remove"; readonly divisor: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("add" as const), tags }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("take" as const), refused: tags }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("take first" as const),
      divisor: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("put back" as const),
      tags,
      count: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("remove" as const), divisor: fc.integer({ min: 2, max: 5 }) }),
  },
);

describe("the queue of what is ready", () => {
  it("gives the first that is admitted, as going through a list does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ReadyQueue<number>();
        let list: { readonly item: number; readonly tags: readonly string[] }[] = [];
        let next = 0;
        for (const each of steps) {
          if (each.kind === "add") {
            const item = next++;
            queue.add(each.tags, item);
            list.push({ item, tags: each.tags });
          } else if (each.kind === "take") {
            const admits = (own: readonly string[]) => !own.some((tag) => each.refused.includes(tag));
            const expected = list.find((entry) => admits(entry.tags));
            list = list.filter((entry) => entry !== expected);
            assert.equal(queue.take(admits), expected?.item);
          } else if (each.kind === "take first") {
            const wanted = (item: number) => item % each.divisor === 0;
            const first = list[0];
            const expected = first !== undefined && wanted(first.item) ? first : undefined;
            list = list.filter((entry) => entry !== expected);
            assert.equal(queue.takeFirst(wanted), expected?.item);
          } else if (each.kind === "put back") {
            const items = Array.from({ length: each.count }, () => next++);
            queue.putBack(each.tags, items);
            list = [...items.map((item) => ({ item, tags: each.tags })), ...list];
          } else {
            queue.removeWhere((item) => item % each.divisor === 0);
            list = list.filter(({ item }) => item % each.divisor !== 0);
          }
          assert.equal(queue.size, list.length);
        }
      }),
    );
  });

  it("stays quick and in order over many", () => {
    const queue = new ReadyQueue<number>();
    for (let i = 0; i < 50_000; i++) queue.add(i % 2 === 0 ? ["even"] : [], i);
    const taken = Array.from({ length: 50_000 }, () => queue.take(() => true));
    assert.deepEqual(
      taken,
      Array.from({ length: 50_000 }, (_, i) => i),
    );
    assert.equal(
      queue.take(() => true),
      undefined,
    );
  });
});

describe("slots", () => {
  it("are never more than the limit, whenever that is set and however they are taken", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ take: tags }),
            fc.record({ release: fc.nat(20) }),
            fc.record({ limit: fc.constantFrom("a", "b", "c"), to: fc.integer({ min: 1, max: 3 }) }),
          ),
        ),
        (steps) => {
          const slots = new Slots();
          const limits = new Map<string, number>();
          const held: (readonly string[])[] = [];
          const count = (tag: string) => held.filter((each) => each.includes(tag)).length;
          for (const each of steps) {
            if ("take" in each) {
              const fits = each.take.every(
                (tag) => count(tag) < (limits.get(tag) ?? Number.POSITIVE_INFINITY),
              );
              assert.equal(slots.tryTake(each.take), fits);
              if (fits) held.push(each.take);
            } else if ("release" in each) {
              const [gone] = held.splice(each.release, 1);
              if (gone !== undefined) slots.release(gone);
            } else {
              slots.limit({ [each.limit]: each.to });
              if (!limits.has(each.limit)) limits.set(each.limit, each.to);
            }
          }
        },
      ),
    );
  });
});
