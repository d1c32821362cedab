import { userOption } from "../dev-container/container-runtime.ts";
import { type DevContainer, hereData, insideData, insideText } from "../dev-container/dev-container.ts";
import { onPath } from "../programs/on-path.ts";
import { processEnvironment } from "../programs/process-environment.ts";

/** How to call Millrace's command line. */
export interface Cli {
  readonly node: string;
  /** Its cli.js. */
  readonly script: string;
  /** The session that its runs open. It may hold a token: others can see a command line, but not an environment. */
  readonly session: string;
  /** The container that both are in; absent for this machine's own. */
  readonly container?: DevContainer;
}

/** A process that calls the command line. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/**
 * What a run is given on its standard input, since others can see a command line: as `--stdin` reads it. Paths in it
 * are this machine's.
 */
export interface RunInput {
  readonly parameters: { readonly [name: string]: unknown };
  readonly secrets: { readonly [name: string]: string };
}

/** As it is written there: parameters may be paths, so for a container they are made into its own. */
export function inputText({ container }: Cli, { parameters, secrets }: RunInput): string {
  const inside = container === undefined ? parameters : insideData(container, parameters);
  return JSON.stringify({ parameters: inside, secrets });
}

/**
 * Paths in the arguments are this machine's: for a container they are made into its own.
 * @param takesInput its standard input is written to.
 */
export function commandLine(
  cli: Cli,
  args: readonly string[],
  cwd: string,
  { takesInput = false } = {},
): CommandLine {
  const env = { ...processEnvironment(), ...sessionOf(cli) };
  const { node, script, container } = cli;
  if (container === undefined) return { command: node, args: [script, ...args], cwd, env };
  const inside = args.map((arg) => insideText(container, arg));
  // Docker doesn't tell the number that the process has in the container.
  const tellProcess = `echo "${processMark}$$" >&2; exec "$@"`;
  const call = ["sh", "-c", tellProcess, "sh", node, script, ...inside];
  const place = [
    "--env",
    "MILLRACE_SESSION",
    "--workdir",
    insideText(container, cwd),
    ...userOption(container),
    container.id,
  ];
  return {
    command: onPath("docker")[0] ?? "docker",
    args: ["exec", ...(takesInput ? ["--interactive"] : []), ...place, ...call],
    cwd,
    env,
  };
}

/** The variable that names the session. */
export function sessionOf({ session }: Cli): { readonly MILLRACE_SESSION: string } {
  return { MILLRACE_SESSION: session };
}

const processMark = "millrace-process ";

/** The number that the process of a command line has where it runs, as far as it is known yet. */
export function processIn(cli: Cli, pid: number | undefined, stderr: string): number | undefined {
  if (cli.container === undefined) return pid;
  const number = new RegExp(`^${processMark}(\\d+)$`, "m").exec(stderr)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** What a command line has said, with its paths as they are here. */
export function said<T>({ container }: Cli, data: T): T {
  return container === undefined ? data : hereData(container, data);
}

/** Its stderr without what it tells besides. */
export function saidToUser(cli: Cli, stderr: string): string {
  return said(cli, stderr.replace(new RegExp(`^${processMark}\\d+\n`, "m"), ""));
}
