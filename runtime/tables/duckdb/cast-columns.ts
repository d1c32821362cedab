import type { Shape } from "../shape.ts";
import { sqlType } from "./engine-types.ts";
import { quoted } from "./quoting.ts";

/** A SELECT's list of columns, each as its type, whatever the engine has for it. */
export function castColumns({ columns, types }: Shape): string {
  return columns
    .map(({ name }, i) => {
      const type = types[i];
      return type === undefined
        ? quoted(name)
        : `CAST(${quoted(name)} AS ${sqlType(type)}) AS ${quoted(name)}`;
    })
    .join(", ");
}
