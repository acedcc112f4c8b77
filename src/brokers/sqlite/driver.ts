/** The small part of SQLite that the broker speaks to, and the choice of who provides it on this runtime. @module */

/** A value that goes into a statement or comes out of a row. */
export type SqlValue = string | number | null;

/** A row as a driver hands it out, by column name. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** A prepared statement. */
export interface SqlStatement {
  /** Runs it and tells how many rows it changed. */
  run(...values: readonly SqlValue[]): number;
  /** Runs it to its end and hands out its rows. */
  all(...values: readonly SqlValue[]): readonly SqlRow[];
  /** Its first row. */
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  /** Lets go of it. */
  finalize(): void;
}

/** An open connection to a database. */
export interface SqlDriver {
  /** Runs statements that hand nothing out. */
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

/**
 * Opens a database with what this runtime has: `bun:sqlite` on Bun, `node:sqlite` on Deno and Node. The file is made
 * when it is not there.
 *
 * @throws {Error} when the runtime has neither
 */
export async function openDriver(path: string): Promise<SqlDriver> {
  if ("Bun" in globalThis) return (await import("./bun_driver.ts")).openBun(path);
  return (await import("./node_driver.ts")).openNode(path);
}

/** SQLite's primary result codes that the broker tells apart. */
export const SqlCode = { busy: 5, corrupt: 11, cannotOpen: 14, notADatabase: 26 } as const;

/** The primary result code in an error of a driver; extended codes carry it in their lowest byte. */
export function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "errcode" in error ? error.errcode : "errno" in error ? error.errno : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}
