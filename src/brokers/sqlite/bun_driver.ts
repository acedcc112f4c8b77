/** SQLite as Bun has it. Loaded on Bun only: no other runtime knows `bun:sqlite`. @module */

import type { SqlDriver, SqlRow, SqlStatement, SqlValue } from "./driver.ts";

/** What this driver uses of `bun:sqlite`, written down for runtimes that have no types of it. */
interface BunDatabase {
  run(sql: string): unknown;
  prepare(sql: string): BunStatement;
  close(): void;
}

interface BunStatement {
  run(...values: SqlValue[]): { readonly changes: number };
  all(...values: SqlValue[]): readonly SqlRow[];
  get(...values: SqlValue[]): SqlRow | null;
  finalize(): void;
}

/** Opens a database through `bun:sqlite`. */
export async function openBun(path: string): Promise<SqlDriver> {
  const { Database } = await import("bun:sqlite");
  const database: BunDatabase = new Database(path, { create: true, readwrite: true });
  return {
    exec: (sql) => void database.run(sql),
    prepare: (sql): SqlStatement => {
      const statement = database.prepare(sql);
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
