/** The small part of SQLite that the broker speaks to. @module */

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

/** SQLite's primary result codes that the broker tells apart. */
export const SqlCode = { busy: 5, corrupt: 11, cannotOpen: 14, notADatabase: 26 } as const;

/** The primary result code in an error of a driver; extended codes carry it in their lowest byte. */
export function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "errcode" in error ? error.errcode : "errno" in error ? error.errno : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}
