/** SQLite as Bun has it. Loaded on Bun only: no other runtime knows `bun:sqlite`. @module */

import type { SqlDriver, SqlRow, SqlStatement, SqlValue } from "./driver.ts";

/** Opens a database through `bun:sqlite`. */
export async function openBun(path: string): Promise<SqlDriver> {
  const { Database } = await import("bun:sqlite");
  const database = new Database(path, { create: true, readwrite: true });
  return {
    exec: (sql) => void database.run(sql),
    prepare: (sql): SqlStatement => {
      const statement = database.prepare<SqlRow, SqlValue[]>(sql);
      return {
        run: (...values) => statement.run(...values).changes,
        all: (...values) => statement.all(...values),
        get: (...values) => statement.get(...values) ?? undefined,
        finalize: () => statement.finalize(),
      };
    },
    close: () => database.close(),
  };
}
