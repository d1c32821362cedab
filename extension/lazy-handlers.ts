import type { Basics } from "./basics.ts";
import type { CommandHandlers } from "./command-registry.ts";
import type { Workbench } from "./workbench.ts";

/** Handlers of all commands, which load the workbench when the first of them is called. */
export function lazyHandlers(basics: Basics) {
  let loading: Promise<Workbench> | undefined;
  let loaded: Workbench | undefined;
  const workbench = (): Promise<Workbench> => {
    loading ??= import("./workbench.ts").then(({ Workbench }) => {
      loaded = new Workbench(basics);
      return loaded;
    });
    return loading;
  };
  const handlers: CommandHandlers = {
    "millrace.runFlow": async (flow) => (await workbench()).runFlow(flow, false),
    "millrace.debugFlow": async (flow) => (await workbench()).runFlow(flow, true),
    "millrace.runFlowAgain": async (run) => (await workbench()).runFlowAgain(run),
    "millrace.cancelRun": async (run) => (await workbench()).cancelRun(run),
    "millrace.resumeRun": async (run) => (await workbench()).resumeRun(run),
    "millrace.showGraph": async (flow) => (await workbench()).showGraph(flow),
    "millrace.openRun": async (run) => (await workbench()).openRun(run),
    "millrace.openResult": async (result) => (await workbench()).openResult(result),
    "millrace.newFlow": async () => (await workbench()).newFlow(),
    "millrace.setUpTypes": async (place) => (await workbench()).setUpTypes(place?.folder),
    "millrace.runExample": async () => (await workbench()).runExample(),
    "millrace.downloadMovieLens": async () => (await workbench()).downloadMovieLens(),
    "millrace.setSecret": async (secret) => (await workbench()).setSecret(secret?.name),
    "millrace.deleteSecret": async (secret) => (await workbench()).deleteSecret(secret?.name),
    "millrace.deleteRun": async (run, selected) => (await workbench()).deleteRuns(run, selected),
    "millrace.filterRuns": async () => (await workbench()).filterRuns(),
    "millrace.showOlderRuns": () => basics.runs.showOlder(),
    "millrace.clearRunFilter": async () => (await workbench()).clearRunFilter(),
    "millrace.pinPanel": async () => (await workbench()).pinPanel(),
    "millrace.showLog": () => basics.log.show(),
  };
  return { handlers, workbench, loaded: () => loaded };
}
