/** What a system tells of a process. */
export interface ProcessFacts {
  /** The same for as long as the process lives, and another for the next of its number. */
  readonly started: string;
  /** Whose it is; compared with what is told of the asking process itself. */
  readonly user: string;
}

/** `none`: there is no such process. `unknown`: the system didn't tell. */
export type Facts = ProcessFacts | "none" | "unknown";

/**
 * From Linux's `/proc/<pid>/stat`, whose second field, a name, may hold anything: field 22 is the start in
 * ticks since the machine's own start, which `boot` names. A zombie has ended.
 */
export function factsFromProc(stat: string, user: string, boot: string): Facts {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  const ticks = fields[19];
  if (state === "Z" || state === "X") return "none";
  if (ticks === undefined || !/^\d+$/.test(ticks)) return "unknown";
  return { started: boot === "" ? ticks : `${ticks} ${boot}`, user };
}

/** From `ps -o uid=,state=,lstart= -p <pid>`, as macOS and the BSDs print it: ` 501 S  Thu Nov 26 12:34:56 2026`. */
export function factsFromPs(output: string): Facts {
  const text = output.trim();
  if (text === "") return "none";
  const [, user, state, started] =
    /^(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d{1,2}\s+\d\d:\d\d:\d\d\s+\d{4})$/.exec(text) ?? [];
  if (user === undefined || started === undefined) return "unknown";
  return state?.startsWith("Z") ? "none" : { started: started.replaceAll(/\s+/g, " "), user };
}

/** From {@link powerShellQuestion}: `2026-11-26T12:34:56.7890123Z|DESKTOP\ada`, or `none`. */
export function factsFromPowerShell(output: string): Facts {
  const text = output.trim();
  if (text === "none") return "none";
  const [, started, user] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)\|(.+)$/.exec(text) ?? [];
  return started === undefined || user === undefined ? "unknown" : { started, user };
}

/** Asks Windows, in PowerShell's language. */
export function powerShellQuestion(pid: number): string {
  return [
    `$p = Get-CimInstance Win32_Process -Filter 'ProcessId = ${pid}'`,
    `if ($null -eq $p) { 'none' } else {`,
    `$o = Invoke-CimMethod -InputObject $p -MethodName GetOwner`,
    `'{0:yyyy-MM-ddTHH:mm:ss.fffffff}Z|{1}\\{2}' -f $p.CreationDate.ToUniversalTime(), $o.Domain, $o.User }`,
  ]
    .join("; ")
    .replaceAll("{;", "{");
}
