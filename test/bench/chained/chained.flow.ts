import { flow, openSession, type Session, type Table, task } from "millrace";
import { z } from "zod";

const bodies = {
  measure: (session: Session, rows: number) =>
    session.sql`SELECT id, id % 1000 AS station, sin(id) * 20 AS celsius FROM range(${rows}) AS r(id)`,
  convert: (session: Session, measured: Table) =>
    session.sql`SELECT id, station, celsius * 1.8 + 32 AS fahrenheit FROM ${measured} WHERE celsius > -15`,
  rank: (session: Session, converted: Table) =>
    session.sql`SELECT id, station, fahrenheit, fahrenheit > 50 AS warm FROM ${converted}`,
};

const plans = {
  measure: task({ name: "Measure", result: "plan" }, bodies.measure),
  convert: task({ name: "Convert", result: "plan" }, bodies.convert),
};
const rows = {
  measure: task("Measure and write", bodies.measure),
  convert: task("Convert and write", bodies.convert),
};
const rank = task("Rank", bodies.rank);

/** Three tasks, one after the other: of what the first two give either plans are handed on, or rows are written. */
export default flow(
  {
    name: "Chained",
    parameters: z.object({
      rows: z.number().default(1_000_000),
      result: z.enum(["rows", "plan"]).default("plan"),
    }),
  },
  async ({ rows: count, result }) => {
    await using session = await openSession();
    const { measure, convert } = result === "plan" ? plans : rows;
    await rank(session, convert(session, measure(session, count)));
  },
);
