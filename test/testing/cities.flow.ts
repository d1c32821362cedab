import { artifact, flow, log, openSession, type Session, type Table, task } from "millrace";
import { z } from "zod";

export const load = task("Load", (session: Session, file: string) =>
  session.readCsv(file, { columns: { city: "string", celsius: "double" } }),
);

export const warmest = task(
  { name: "Warmest", retries: 2, retryDelay: 1 },
  async (session: Session, days: Table, above: number) => {
    const cities = await session.sql`
      SELECT city, avg(celsius) AS mean FROM ${days} GROUP BY city HAVING avg(celsius) > ${above} ORDER BY mean DESC`;
    await artifact.table("warmest", cities, { title: "The warmest cities" });
    log.info("%d cities", await cities.count());
    return cities;
  },
);

export default flow(
  {
    name: "Cities",
    parameters: z.object({
      file: z.string().describe("CSV with city and celsius"),
      above: z.number().default(15).describe("Mean temperature in °C").meta({ alias: "a" }),
    }),
  },
  async ({ file, above }) => {
    await using session = await openSession();
    const days = load(session, file);
    await warmest(session, days, above);
  },
);
