import { runInExtensionHost, type SuitesResult } from "./extension-host.ts";
import { type ServerOptions, VsCodeServer } from "./server.ts";
import { type Installation, SetUpError, setUpVsCode } from "./set-up.ts";
import { VsCodeWindow } from "./window.ts";

/** How long VS Code's installation may take, the first time, milliseconds. */
const setUpTime = 600_000;

/** A server and its windows, for the tests of one suite. */
export interface VsCodeSession {
  readonly server: VsCodeServer;
  open(workspace: string | undefined): Promise<VsCodeWindow>;
  /** Runs a module of an extension under development in the extension host of a window with this folder. */
  runSuites(folder: string, extension: string, suites: string): Promise<SuitesResult>;
}

/**
 * Starts VS Code before a suite and stops it after; the suite is skipped, with the reason, where it can't be
 * set up. Saves a screenshot of every window when a test fails.
 * @returns the session, once the suite runs.
 */
export function useVsCode(options: ServerOptions = {}): () => VsCodeSession {
  let session: VsCodeSession | undefined;
  const windows: VsCodeWindow[] = [];
  before(async function () {
    this.timeout(setUpTime);
    const vsCode = await vsCodeOrReason();
    if (typeof vsCode === "string") {
      console.error(`Skipped: ${vsCode}`);
      this.skip();
    }
    const server = await VsCodeServer.start(vsCode, options);
    const open = async (workspace: string | undefined) => {
      const window = await VsCodeWindow.open(vsCode, server.url, workspace);
      windows.push(window);
      return window;
    };
    const runSuites = (folder: string, extension: string, suites: string) =>
      runInExtensionHost(vsCode, server, { folder, extension, suites });
    session = { server, open, runSuites };
  });
  afterEach(async function () {
    const { currentTest } = this;
    if (currentTest?.state !== "failed") return;
    const name = currentTest.fullTitle().replaceAll(/[^\w]+/g, "-");
    for (const [i, window] of windows.entries())
      await window.screenshot(`failed-${name}-${i}`).catch(() => {}); // closed by the test
  });
  after(async function () {
    this.timeout(30_000);
    for (const window of windows) await window.close();
    await session?.server.stop();
  });
  return () => {
    if (session === undefined) throw new Error("VS Code is started before a suite's tests, not before that.");
    return session;
  };
}

/** VS Code, or why it can't be set up. */
export async function vsCodeOrReason(): Promise<Installation | string> {
  try {
    return await setUpVsCode();
  } catch (error) {
    if (error instanceof SetUpError) return error.message;
    throw error;
  }
}
