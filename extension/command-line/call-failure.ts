import { type CommandFailure, isCommandFailure } from "../../runtime/events/command-failure.ts";
import { dockerProblem } from "../dev-container/docker-command.ts";
import { UserMessage } from "../shown/user-message.ts";
import { type Cli, said, saidToUser } from "./command-line.ts";

/** What a call of the command line has printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a failed call of the command line means, for the user: it may be Docker, or Node, that failed. */
export function callFailure(cli: Cli, { stdout, stderr }: Printed, code: number | null): UserMessage {
  const failure = failureIn(stdout);
  if (failure !== undefined) {
    const { message, source } = said(cli, failure.error);
    const actions = source === undefined ? [] : [{ kind: "source", title: "Open File", ...source } as const];
    return new UserMessage(message, actions);
  }
  const isDocker =
    /^(Error response from daemon|Cannot connect to the Docker daemon|OCI runtime|error during connect)/im;
  if (cli.container !== undefined && isDocker.test(stderr)) return dockerProblem(stderr);
  const text = saidToUser(cli, stderr).trim();
  return new UserMessage(
    text === ""
      ? `Millrace ended with code ${code} and said nothing.`
      : `Millrace ended with code ${code}: ${text}`,
  );
}

/** A failure is the last line of what is printed. */
export function failureIn(stdout: string): CommandFailure | undefined {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  try {
    const value: unknown = JSON.parse(line);
    return isCommandFailure(value) ? value : undefined;
  } catch {
    return undefined; // an answer, or none
  }
}
