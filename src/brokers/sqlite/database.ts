/** An open Umbel database: its connection, set up, and its statements, prepared once each. @module */

import { codeOf, SqlCode, type SqlDriver, type SqlRow, type SqlStatement, type SqlValue } from "./driver.ts";
import { openDriver } from "./open_driver.ts";
import { migrate } from "./schema.ts";

/** What a commit promises: see {@link SqliteBrokerOptions.synchronous}. */
export type Synchronous = "normal" | "full";

/** How a connection is set up, after the busy timeout for opening and before the tables. */
const SETTINGS = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA temp_store = MEMORY",
  "PRAGMA cache_size = -16000",
  // The log is written into the file every 16 MB: half as often per letter as every 4 MB, as pages change several times.
  "PRAGMA wal_autocheckpoint = 4000",
  // The log is cut back to this size when it has been written into the file, so that one burst does not stay on disk.
  "PRAGMA journal_size_limit = 67108864",
];

/** How long opening waits for others that open the file too, in milliseconds. */
const OPEN_TIMEOUT = 10_000;

/** A connection with its statements. */
export class Database {
  readonly #driver: SqlDriver;
  readonly #statements = new Map<string, SqlStatement>();

  private constructor(driver: SqlDriver) {
    this.#driver = driver;
  }

  /**
   * Opens a file, which is made when it is not there, and brings its tables up to date.
   *
   * @throws {Error} when it cannot be opened, is no database, or is somebody else's
   */
  static async open(path: string, synchronous: Synchronous): Promise<Database> {
    const driver = await connect(path);
    try {
      driver.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT}`);
      // Before anything is written: a database of somebody else is left as it is.
      migrate(driver, path);
      for (const setting of SETTINGS) driver.exec(setting);
      driver.exec(`PRAGMA synchronous = ${synchronous}`);
      driver.exec("PRAGMA busy_timeout = 0");
      return new Database(driver);
    } catch (error) {
      driver.close();
      throw unreadable(error, path);
    }
  }

  /** Runs a statement and tells how many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.#prepared(sql).run(...values);
  }

  /** The rows of a statement. */
  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[] {
    return this.#prepared(sql).all(...values);
  }

  /** The first row of a statement. */
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined {
    return this.#prepared(sql).get(...values);
  }

  /** Runs something that reads several times and sees one state of the file, whatever others write meanwhile. */
  snapshot<T>(read: (database: Database) => T): T {
    this.run("BEGIN");
    try {
      return read(this);
    } finally {
      this.run("COMMIT");
    }
  }

  /** Lets go of the file. */
  close(): void {
    for (const statement of this.#statements.values()) statement.finalize();
    this.#statements.clear();
    this.#driver.close();
  }

  #prepared(sql: string): SqlStatement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#driver.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

async function connect(path: string): Promise<SqlDriver> {
  if (path !== ":memory:") await makeFolder(path);
  try {
    return await openDriver(path);
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** Makes the folder that the file is to lie in. */
async function makeFolder(path: string): Promise<void> {
  const [{ mkdir }, { dirname }] = await Promise.all([import("node:fs/promises"), import("node:path")]);
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot open ${path} as its folder must be there, or be one that can be made: ${why}`, { cause });
  }
}

/** Says in words what SQLite says in a code. */
function unreadable(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === SqlCode.notADatabase || code === SqlCode.corrupt) {
    const what = code === SqlCode.corrupt ? "a damaged database" : "a file that is no database";
    return new Error(`Cannot open ${path} as it must be empty or a database of Umbel: current value is ${what}`, {
      cause: error,
    });
  }
  if (code === undefined) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`Cannot open ${path} as it must be a file that can be read and written: ${reason}`, {
    cause: error,
  });
}
