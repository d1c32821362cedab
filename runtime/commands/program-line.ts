import nodePath from "node:path";
import { UserError } from "../errors/user-error.ts";

/** What `spawn` is given to start a program. */
export interface ProgramLine {
  readonly file: string;
  readonly args: readonly string[];
  /** Windows: the arguments are quoted as its command interpreter wants them, and Node leaves them as they are. */
  readonly windowsVerbatimArguments?: true;
}

/** What of the machine says where programs are. */
export interface ProgramPlaces {
  readonly platform: NodeJS.Platform;
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
  exists(path: string): boolean;
}

/**
 * How a program is started. On Windows many programs, such as npm, are scripts: `npm.cmd`, which `spawn` neither finds
 * nor starts. Those go through the command interpreter, with each argument quoted for the script and for the
 * interpreter, twice, since a script hands its arguments on ("Everyone quotes command line arguments the wrong way",
 * Microsoft 2011).
 * @throws {UserError} for an argument of several lines to a script, which the interpreter would cut off.
 */
export function programLine(
  [program, ...args]: readonly [string, ...string[]],
  { platform, env, cwd, exists }: ProgramPlaces,
): ProgramLine {
  if (platform !== "win32") return { file: program, args };
  const file = findOnWindows(program, env, cwd, exists);
  if (file === undefined || !/\.(?:cmd|bat)$/i.test(file)) return { file: file ?? program, args };
  const broken = args.find((arg) => /[\r\n]/.test(arg));
  if (broken !== undefined)
    throw new UserError(
      `${file} is a script, which Windows can give no argument of several lines: ${JSON.stringify(broken)}.`,
    );
  const line = [escaped(file), ...args.map((arg) => escaped(escaped(quoted(arg))))].join(" ");
  return {
    file: variable(env, "ComSpec") ?? "cmd.exe",
    args: ["/d", "/s", "/c", `"${line}"`],
    windowsVerbatimArguments: true,
  };
}

/** As the command interpreter looks for programs, but for the current folder, whose files nobody has asked for. */
function findOnWindows(
  program: string,
  env: ProgramPlaces["env"],
  cwd: string,
  exists: ProgramPlaces["exists"],
): string | undefined {
  const { win32 } = nodePath;
  const endings = (variable(env, "PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").toLowerCase().split(";");
  const names = endings.includes(win32.extname(program).toLowerCase())
    ? [program]
    : endings.map((ending) => `${program}${ending}`);
  const folders = /[\\/:]/.test(program)
    ? [cwd]
    : (variable(env, "Path") ?? "").split(";").map((folder) => folder.replace(/^"(.*)"$/, "$1"));
  return folders
    .filter((folder) => win32.isAbsolute(folder))
    .flatMap((folder) => names.map((name) => win32.resolve(folder, name)))
    .find(exists);
}

/** A variable by its name in any case, as Windows has them. */
function variable(env: ProgramPlaces["env"], name: string): string | undefined {
  const key = Object.keys(env).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : env[key];
}

/** An argument as a program's start-up code takes it apart: backslashes count before a quote only. */
function quoted(arg: string): string {
  return `"${arg.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

/** Takes their meaning from the characters that the command interpreter has one for. */
function escaped(text: string): string {
  return text.replaceAll(/[()\][%!^"`<>&|;, *?]/g, "^$&");
}
