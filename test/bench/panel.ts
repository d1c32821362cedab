/// <reference lib="dom" />
// How fast the panel shows a graph of 1,000 tasks, and how it bears 5,000 events a second, in real Chromium.
// Prints one line of JSON. PANEL_SECONDS shortens the stream of events (60).
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { makeState } from "../../runtime/events/states.ts";
import { wideRun } from "../webview/host/example-runs.ts";
import { chromiumPath, PanelBrowser, type PanelPage, snapshotOf } from "../webview/host/panel-host.ts";

const seconds = Number(process.env.PANEL_SECONDS ?? 60);
const eventsPerSecond = 5000;
const run = wideRun(38, 26);
const taskRuns = run.events.flatMap((event) => (event.type === "task-run-created" ? [event.taskRun] : []));

if (chromiumPath === undefined) {
  console.error("There is no Chromium: install one, or set CHROMIUM_PATH.");
  process.exit(2);
}
const browser = await PanelBrowser.start({ minify: true, args: ["--enable-precise-memory-info"] });
try {
  const grouped = await timeToShow({ grouped: true }, 20);
  const everyNode = await timeToShow({ grouped: false }, taskRuns.length);
  const stream = await streamEvents();
  console.log(
    JSON.stringify({
      bench: "panel",
      tasks: taskRuns.length,
      showGroupedMs: grouped,
      showAllMs: everyNode,
      ...stream,
    }),
  );
} finally {
  await browser.close();
}

/** From the arrival of a snapshot to the frame after all its nodes are drawn, milliseconds; the median of five. */
async function timeToShow(state: { readonly grouped: boolean }, nodes: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const panel = await browser.open({ state });
    const snapshot = JSON.stringify(snapshotOf(run, {}));
    times.push(
      await panel.page.evaluate(
        ([text = "", count = 0]) =>
          new Promise<number>((resolve) => {
            const message = { type: "snapshot", snapshot: JSON.parse(String(text)) };
            const start = performance.now();
            window.postMessage(message, "*");
            const look = () => {
              if (document.querySelectorAll("g.node").length < Number(count)) requestAnimationFrame(look);
              // The frame after it was drawn begins when that one is painted.
              else requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
            };
            look();
          }),
        [snapshot, nodes] as const,
      ),
    );
    failIfBroken(panel);
    await panel.close();
  }
  return Math.round(times.sort((a, b) => a - b)[2] ?? 0);
}

async function streamEvents() {
  const panel = await browser.open({ state: { grouped: true, selected: "." } });
  await panel.show(run, { header: { alive: true } });
  await panel.page.waitForTimeout(1000);
  const session = await panel.page.context().newCDPSession(panel.page);
  await session.send("HeapProfiler.enable");
  // In the thread's own time: what others do on the machine is not in it.
  await session.send("Performance.setTimeDomain", { timeDomain: "threadTicks" });
  await session.send("Performance.enable");
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  };
  const heap = async () => {
    await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Runtime.getHeapUsage")).usedSize / 2 ** 20;
  };
  await panel.page.evaluate(watchFrames);
  let seq = run.events.length;
  let sent = 0;
  const busyBefore = await busy();
  const start = performance.now();
  const heaps: number[] = [];
  const frames: number[][] = [];
  // The log's ring is full after 30 s: from the middle on, memory must stand still.
  for (const half of [1, 2]) {
    const end = (half * seconds * 1000) / 2;
    for (let at = performance.now() - start; at < end; at = performance.now() - start) {
      const due = Math.floor((at / 1000) * eventsPerSecond) - sent;
      const events = Array.from({ length: Math.max(0, due) }, (_, i) => makeEvent(++seq, sent + i));
      sent += events.length;
      await panel.send({ type: "events", events });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    frames.push(await panel.page.evaluate(takeFrames));
    heaps.push(await heap());
    await panel.page.evaluate(takeFrames);
  }
  const all = frames.flat().sort((a, b) => a - b);
  const elapsed = (performance.now() - start) / 1000;
  const busyShare = ((await busy()) - busyBefore) / elapsed;
  failIfBroken(panel);
  await panel.close();
  return {
    streamSeconds: Math.round(elapsed),
    eventsPerSecond: Math.round(sent / elapsed),
    mainThreadBusyPercent: round(100 * busyShare),
    frames: all.length,
    frameMedianMs: round(all[Math.floor(all.length / 2)]),
    frameP99Ms: round(all[Math.floor(all.length * 0.99)]),
    frameMaxMs: round(all.at(-1)),
    framesOver50Ms: all.filter((time) => time > 50).length,
    heapHalfMiB: round(heaps[0]),
    heapEndMiB: round(heaps[1]),
  };
}

/** Seven in ten are log lines, two are progress, one is a state; every task runs and ends once. */
function makeEvent(seq: number, index: number): RunEvent {
  const taskRun = taskRuns[(index * 7919) % taskRuns.length] ?? "";
  const at = { seq, time: Date.now() };
  const kind = index % 10;
  if (kind < 7) return { ...at, type: "log", level: "INFO", message: `Line ${index} of ${taskRun}`, taskRun };
  if (kind < 9) return { ...at, type: "progress", taskRun, done: index % 100, total: 100 };
  const turn = Math.floor(index / 10);
  const target = taskRuns[turn % taskRuns.length] ?? "";
  const lap = Math.floor(turn / taskRuns.length);
  if (lap === 0)
    return {
      ...at,
      type: "task-run-state",
      taskRun: target,
      state: makeState("Running"),
      attempt: 1,
      thread: 1,
    };
  const state = makeState(lap % 2 === 1 ? "Completed" : "Pending");
  return { ...at, type: "task-run-state", taskRun: target, state };
}

function watchFrames(): void {
  const frames: number[] = [];
  let last = performance.now();
  const note = (now: number) => {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
  Object.assign(window, { benchFrames: frames });
}

function takeFrames(): number[] {
  return (window as unknown as { benchFrames: number[] }).benchFrames.splice(0); // put there by watchFrames
}

function failIfBroken(panel: PanelPage): void {
  if (panel.failures.length > 0) throw new Error(`The page failed: ${panel.failures.join("\n")}`);
}

function round(value: number | undefined): number {
  return Math.round((value ?? 0) * 10) / 10;
}
