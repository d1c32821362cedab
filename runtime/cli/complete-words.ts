import type { Command, Option } from "commander";

/** What stands where only the folder knows what there is. */
export interface Known {
  flows(): Promise<readonly string[]>;
  runs(): Promise<readonly string[]>;
}

/**
 * What the last word can become, after those before it.
 * @param words all words after `millrace`.
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
  known: Known,
): Promise<string[]> {
  const last = words.at(-1) ?? "";
  const { command, before } = commandOf(program, words.slice(0, -1));
  const awaited = valueOption(command, before.at(-1));
  const all =
    awaited === undefined
      ? last.startsWith("-")
        ? command.options.filter(({ hidden }) => !hidden).flatMap(flagsOf)
        : await wordsOf(command, before, known)
      : (awaited.argChoices ?? []);
  return [...new Set(all)].filter((word) => word.startsWith(last)).sort();
}

/** The command that the words call, and those of them that come after it. */
function commandOf(program: Command, words: readonly string[]): { command: Command; before: string[] } {
  let command = program;
  let rest = [...words];
  for (;;) {
    const [word, ...more] = rest;
    const found = command.commands.find((one) => one.name() === word);
    if (found === undefined) return { command, before: rest };
    command = found;
    rest = more;
  }
}

/** The option whose value comes next. */
function valueOption(command: Command, word: string | undefined): Option | undefined {
  return command.options.find((option) => option.required && flagsOf(option).includes(word ?? ""));
}

async function wordsOf(
  command: Command,
  before: readonly string[],
  known: Known,
): Promise<readonly string[]> {
  const commands = command.commands.map((one) => one.name()).filter((name) => name !== "complete");
  if (commands.length > 0) return commands;
  const [argument] = command.registeredArguments;
  // Options have no values here but those that are words of their own, too.
  const isGiven = before.some(
    (word, i) => !word.startsWith("-") && valueOption(command, before[i - 1]) === undefined,
  );
  if (argument === undefined || isGiven) return [];
  if (argument.argChoices !== undefined) return argument.argChoices;
  switch (argument.name()) {
    case "flow":
      return known.flows();
    case "run":
      return ["latest", ...(await known.runs())];
    default:
      return [];
  }
}

function flagsOf({ short, long }: Option): string[] {
  return [long, short].filter((flag) => flag !== undefined);
}
