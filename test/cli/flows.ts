/** Flow files for the tests of the command line. */

/** Completes, or fails with `--bad`: a resource, mapped runs, a subflow, an artifact of each kind. */
export const shop = `import { allowFailure, artifact, flow, log, resource, task, type RunFailure } from "millrace";
import { z } from "zod";

const price = task("Price", (item: string) => {
  log.info("pricing %s", item);
  log.debug("by its length");
  return item.length;
});
const add = task("Add up", async (till: { open: boolean }, prices: number[]) => {
  await artifact.table("prices", prices.map((price, i) => ({ i, price })), { title: "Prices" });
  await artifact.histogram("spread", prices, { bins: 2, range: [0, 10], label: "price" });
  await artifact.comparison("twice", prices.map((price, i) => ({ label: "item " + i, left: price, right: price + 0.5 })), { left: "Ours", right: "Theirs", scale: [0, 10] });
  await artifact.markdown("note", "# Total\\n\\n" + prices.length + " prices");
  await artifact.image("dot", new Uint8Array([1]), { mediaType: "image/png", alt: "A dot" });
  await artifact.scatter("cloud", [{ x: 1, y: 2 }], { x: "weight", y: "price" });
  return prices.reduce((sum, price) => sum + price, 0);
});
const fail = task("Refund", (sum: number): number => {
  throw new RangeError("no money for " + sum);
});
const after = task("Thank", (sum: number) => sum);
const anyway = task("Close books", (sum: number | RunFailure) => typeof sum);
const till = resource({ name: "till", setup: () => ({ open: true }) });
const halve = task("Halve", (n: number) => n / 2);
const half = flow({ name: "Discount", parameters: z.object({ sum: z.number() }) }, ({ sum }) => {
  halve(sum);
});

export default flow(
  {
    name: "Shop",
    description: "Prices items.",
    parameters: z.object({
      items: z.array(z.string()).default(["tea", "bread"]).describe("What to price"),
      bad: z.boolean().default(false).describe("Whether to ask for money back").meta({ alias: "b" }),
      mood: z.enum(["good", "fair"]).default("good"),
      floors: z.int().min(1).max(9).default(1),
    }),
  },
  async ({ items, bad }) => {
    await using open = await till();
    const sum = add(open, price.map(items));
    half({ sum });
    if (bad) {
      const back = fail(sum);
      after(back);
      anyway(allowFailure(sum));
    }
  },
);
`;

/** Runs until it is ended, in an endless loop that hears nothing. */
export const endless = `import { flow, log, task } from "millrace";
const spin = task("Spin", () => {
  log.warn("spinning");
  for (;;);
});
const next = task("Next", (n: number) => n);
export default flow({ name: "Endless" }, () => {
  next(spin());
});
`;
