import assert from "node:assert/strict";
import { KeptLines } from "../../../extension/panel/kept-lines.ts";
import { pageHtml } from "../../../extension/panel/page-html.ts";
import { latestRunOf } from "../../../extension/running/latest-task-run.ts";
import { emptyRunView, foldEvents } from "../../../runtime/events/run-view.ts";
import { makeState } from "../../../runtime/events/states.ts";

describe("The panel's page", () => {
  it("loads its own script and style, and evaluates nothing", () => {
    const html = pageHtml({
      cspSource: "https://own",
      script: "https://own/main.js",
      style: "https://own/panel.css",
      nonce: "n0",
      title: 'A <b> & "c"',
    });
    assert.equal(
      /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1],
      "default-src 'none'; script-src 'nonce-n0'; style-src https://own 'nonce-n0'; font-src https://own; img-src https://own data: blob:; worker-src blob:",
    );
    assert.match(html, /<title>A &lt;b&gt; &amp; &quot;c&quot;<\/title>/);
    assert.match(html, /<script nonce="n0" src="https:\/\/own\/main.js">/);
  });
});

describe("The log that a panel gets", () => {
  it("is the latest lines, and how many there were before", () => {
    const kept = new KeptLines<number>(100);
    for (let i = 0; i < 1_000; i += 7) kept.add([i, i + 1, i + 2, i + 3, i + 4, i + 5, i + 6]);
    const { lines } = kept;
    assert.deepEqual([lines.length, lines[0], lines.at(-1), kept.leftOut], [100, 901, 1000, 901]);
  });
});

describe("A task's latest output", () => {
  it("is that of its run which ended last", () => {
    const view = emptyRunView();
    let seq = 0;
    const created = (taskRun: string) =>
      ({
        seq: ++seq,
        time: seq,
        type: "task-run-created",
        taskRun,
        name: taskRun,
        task: "Load",
        flowRun: ".",
        inputs: "",
      }) as const;
    const ended = (taskRun: string) =>
      ({ seq: ++seq, time: seq, type: "task-run-state", taskRun, state: makeState("Completed") }) as const;
    foldEvents(view, [
      created("Load-0"),
      created("Load-1"),
      created("Load-2"),
      ended("Load-1"),
      ended("Load-0"),
    ]);
    assert.equal(latestRunOf([...view.taskRuns.values()], "Load")?.id, "Load-0");
    assert.equal(latestRunOf([...view.taskRuns.values()], "Save"), undefined);
  });
});
