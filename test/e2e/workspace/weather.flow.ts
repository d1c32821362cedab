import { setTimeout as wait } from "node:timers/promises";
import { artifact, flow, log, progress, task } from "millrace";

const cities = [
  { city: "Bergen", station: 7.6, satellite: 8.1, rain: 2250 },
  { city: "Cairo", station: 22.4, satellite: 23.9, rain: 25 },
  { city: "Lima", station: 19.3, satellite: 18.2, rain: 16 },
  { city: "Oslo", station: 6.9, satellite: 6.9, rain: 763 },
];

const measure = task("Measure", async () => {
  for (let done = 0; done <= cities.length; done++) {
    progress(done, cities.length, "cities");
    await wait(20);
  }
  log.info("%d cities", cities.length);
  return cities;
});

const publish = task("Publish", async (measured: typeof cities) => {
  await artifact.table("cities", measured, { title: "Cities" });
  await artifact.comparison(
    "temperatures",
    measured.map(({ city, station, satellite }) => ({ label: city, left: station, right: satellite })),
    { title: "Temperatures", left: "Station", right: "Satellite", scale: [0, 30] },
  );
  await artifact.histogram(
    "rain",
    measured.map(({ rain }) => rain),
    { title: "Rain", label: "Millimetres a year", bins: 5 },
  );
  await artifact.scatter(
    "rain-by-warmth",
    measured.map(({ city, station, rain }) => ({ label: city, x: station, y: rain })),
    { title: "Rain by warmth", x: "°C", y: "mm" },
  );
  await artifact.markdown("report", "## Weather\n\nOslo's **satellite** agrees.", { title: "Report" });
});

export default flow({ name: "Weather" }, () => {
  publish(measure());
});
