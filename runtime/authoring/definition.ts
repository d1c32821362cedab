/** A place in the code that runs, not in its source. Lines and columns count from 1. */
export interface CallSite {
  /** As the engine names it: a URL for a module. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where something was defined. */
export interface Definition {
  /** Stack at the definition, from which a loader finds its place in the source. */
  readonly definedAt: string;
  /** The same in the code that runs, topmost first; absent where an older copy of this module defined it. */
  readonly sites?: readonly CallSite[];
}

/** Frames of a stack that are kept: a definition may come through as many functions. */
const stackLimit = 50;

/** Where whoever called `callee` is. */
export function definitionOf(callee: (...args: never[]) => unknown): Definition {
  const { stackTraceLimit, prepareStackTrace } = Error;
  const holder: { stack?: unknown } = {};
  Error.stackTraceLimit = stackLimit;
  // Node maps places to sources only where nobody else prepares the stack.
  Error.prepareStackTrace = (_error, sites) =>
    sites.map((site) => ({
      file: site.getFileName() ?? "",
      line: site.getLineNumber() ?? 0,
      column: site.getColumnNumber() ?? 0,
    }));
  try {
    Error.captureStackTrace(holder, callee);
    const sites = holder.stack as CallSite[]; // as prepared above
    return { definedAt: callerStack(callee), sites };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

function callerStack(callee: (...args: never[]) => unknown): string {
  const { prepareStackTrace } = Error;
  const holder: { stack?: string } = {};
  try {
    // Absent, not undefined: else Node takes it for one that gives nothing.
    Reflect.deleteProperty(Error, "prepareStackTrace");
    Error.captureStackTrace(holder, callee);
    return holder.stack ?? "";
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
