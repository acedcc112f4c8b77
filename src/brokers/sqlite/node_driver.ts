/** SQLite as Node 22.5 and later and Deno have it. @module */

import type { SqlDriver, SqlStatement } from "./driver.ts";

/** Opens a database through `node:sqlite`. */
export async function openNode(path: string): Promise<SqlDriver> {
  const { DatabaseSync } = await load();
  const database = new DatabaseSync(path);
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql): SqlStatement => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => Number(statement.run(...values).changes),
        all: (...values) => statement.all(...values),
        get: (...values) => statement.get(...values),
        // Closing the database finalizes its statements here.
        finalize: () => {},
      };
    },
    close: () => database.close(),
  };
}

async function load(): Promise<typeof import("node:sqlite")> {
  try {
    return await import("node:sqlite");
  } catch (cause) {
    const { default: process } = await import("node:process");
    throw new Error(
      `Cannot use the sqlite broker as the runtime must have SQLite, as Bun, Deno 2.2 and Node 22.5 do: ` +
        `current value is Node ${process.version}`,
      { cause },
    );
  }
}
