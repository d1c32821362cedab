import { dockerProblem } from "../dev-container/docker-command.ts";
import { cliError } from "./cli-error.ts";
import { type Cli, saidToUser } from "./command-line.ts";
import type { UserMessage } from "./user-message.ts";

/** What a failed call of the command line means, for the user: it may be Docker that failed. */
export function callFailure(cli: Cli, stderr: string, code: number | null): UserMessage {
  const isDocker =
    /^(Error response from daemon|Cannot connect to the Docker daemon|OCI runtime|error during connect)/im;
  if (cli.container !== undefined && isDocker.test(stderr)) return dockerProblem(stderr);
  return cliError(saidToUser(cli, stderr), code);
}
