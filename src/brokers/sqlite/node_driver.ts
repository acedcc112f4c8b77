/** SQLite as Node 22.5 and later and Deno have it. @module */

import type { SqlDriver, SqlStatement, SqlValue } from "./driver.ts";

/** Opens a database through `node:sqlite`. */
export async function openNode(path: string): Promise<SqlDriver> {
  const { DatabaseSync } = await load();
  const database = new DatabaseSync(path);
  const check = cutsAtNul(database.prepare("SELECT char(0, 0) AS text").get()) ? refuseNul : () => {};
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql): SqlStatement => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => {
          check(values);
          return Number(statement.run(...values).changes);
        },
        all: (...values) => {
          check(values);
          return statement.all(...values);
        },
        get: (...values) => {
          check(values);
          return statement.get(...values);
        },
        // Closing the database finalizes its statements here.
        finalize: () => {},
      };
    },
    close: () => database.close(),
  };
}

/** Deno stores a text with a NUL character as it is, but reads it up to there only. */
function cutsAtNul(row: Readonly<Record<string, unknown>> | undefined): boolean {
  return row?.text !== "\u0000\u0000";
}

/** Better no letter than half a letter. JSON has no such character: it writes `\u0000`. */
function refuseNul(values: readonly SqlValue[]): void {
  if (values.every((value) => typeof value !== "string" || !value.includes("\u0000"))) return;
  throw new RangeError(
    "Cannot store a text as it must have no NUL characters on this runtime, which would read it back cut: " +
      "current value has one",
  );
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
