/** A flow whose tasks keep what they return each in another way. Each run of one tells so in a file outside. */
export const faultsFlow = `
import { openSession } from "millrace";
const ran = () => appendFileSync(process.env.MILLRACE_RAN, currentTaskRun().id + "\\n");
const number = task("Number", (n: number) => { ran(); return n + 1; });
const text = task("Text", (n: number) => { ran(); return String(n).repeat(9_000); });
const rows = task("Rows", async (session, n: number) => { ran(); return session.sql\`SELECT range + \${n} AS n, 'row ' || range AS label FROM range(3000)\`; });
const note = task("Note", async (n: number) => { ran(); await artifact.markdown("note", ("# Note " + n + "\\n").repeat(30)); return n; });
const cached = task({ name: "Cached", cache: true }, (n: number) => { ran(); return "c".repeat(6_000) + n; });
const sum = task("Sum", async (session, table, ...parts) => {
  ran();
  if (process.env.MILLRACE_CLOSED) throw new Error("not yet");
  const [{ n }] = await (await session.sql\`SELECT CAST(sum(n) AS INTEGER) AS n FROM \${table}\`).rows();
  return [n, ...parts.map((part) => typeof part === "string" ? part.slice(0, 2) + part.length : part)].join(" ");
});
const inner = flow({ name: "Inner", parameters: z.object({ n: z.number() }) }, async ({ n }) => number(await number(n)));
const tables = flow({ name: "Tables", parameters: z.object({ session: z.any(), n: z.number() }) }, ({ session, n }) => rows(session, n));
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const first = number.map([1, 2, 3, 4]);
  const parts = [text(first[0]), note(first[1]), cached(first[2]), inner({ n: first[3] })];
  const made = await tables({ session, n: first[0] });
  return await sum(session, made, ...parts);
});
`;
