import { setTimeout as wait } from "node:timers/promises";
import { flow, progress, task } from "millrace";

const dawdle = task("Dawdle", async () => {
  for (let i = 0; i < 600; i++) {
    progress(i, 600);
    await wait(100);
  }
});

export default flow({ name: "Slow" }, () => {
  dawdle();
});
