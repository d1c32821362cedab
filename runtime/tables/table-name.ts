import { TableError } from "./table-error.ts";

/**
 * The parts of a table's name in a server's catalogs: `catalog.schema.name`, of which those before the last may be left
 * out. A part with a dot or a backtick in it stands in backticks, with its own doubled.
 * @throws {TableError} for what is no name.
 */
export function tableNameParts(name: string): readonly string[] {
  const parts: string[] = [];
  const part = /(?:`((?:[^`]|``)+)`|([^`.\s]+))(\.|$)/y;
  for (let ended = false; !ended; ) {
    const match = part.exec(name);
    if (match === null || parts.length === 8)
      throw new TableError(
        `catalogTable: ${JSON.stringify(name)} is no table's name. Write it as catalog.schema.name; a part with a dot or a space in it stands in backticks.`,
      );
    const [, quoted, plain = "", dot] = match;
    parts.push(quoted?.replaceAll("``", "`") ?? plain);
    ended = dot === "";
  }
  return parts;
}
