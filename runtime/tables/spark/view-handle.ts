import type { Table, TableHandle } from "../session.ts";

/** The handle of a view over files; undefined where it is computed. */
export async function viewHandle(table: Table): Promise<TableHandle | undefined> {
  class Computed extends Error {}
  try {
    return await table.handle(() => {
      throw new Computed();
    });
  } catch (error) {
    if (error instanceof Computed) return undefined;
    throw error;
  }
}
