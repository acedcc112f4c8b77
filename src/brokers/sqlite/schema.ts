/** The tables of an Umbel database, as numbered migrations, and how a file is brought up to date. @module */

import type { SqlDriver } from "./driver.ts";
import { numberOf } from "./rows.ts";

/** Marks a file as Umbel's in its header: "umbl". */
export const APPLICATION_ID = 0x756d626c;

/**
 * What a row of `letters` stands for. The numbers are part of the file: indices name them.
 *
 * A row is all that is known of one id: its letter, and its note or result. So a duplicate is found by one unique index,
 * and ending a task rewrites one row. `none` has no letter (any more) and is only kept for its result.
 */
export const State = { none: 0, held: 1, delayed: 2, ready: 3, active: 4, dead: 5 } as const;

/** What a row of `letters` knows of the end of its task; a note at most, a delivery that ended without a result, a result. */
export const Over = { no: 0, ended: 1, final: 2 } as const;

/**
 * Migration N brings a file from version N to N + 1. One that has been released is never changed.
 *
 * `letters.seq` is the order of readiness: a letter that becomes ready anew gets a new one at the end, one that is given
 * back keeps its old one and so stands before all that came later.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE letters (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    state INTEGER NOT NULL,
    queue TEXT,
    priority INTEGER,
    due INTEGER,                          -- not before; NULL for at once
    expires INTEGER,                      -- not after; NULL for never
    delay INTEGER,                        -- of a held letter: due so many ms after it is sent
    ttl INTEGER,                          -- of a held letter: expires so many ms after it is sent
    deliveries INTEGER NOT NULL DEFAULT 0,
    owner INTEGER,                        -- the slot of the worker that holds it
    revoked INTEGER NOT NULL DEFAULT 0,
    over INTEGER NOT NULL DEFAULT 0,      -- 2 result is final, 1 a delivery ended without one, 0 neither: it is a note
    until INTEGER NOT NULL DEFAULT 0,     -- when the result or note is forgotten
    buried INTEGER,                       -- when it died
    reason TEXT,
    gate TEXT,
    result TEXT,
    input TEXT,
    text TEXT
  ) STRICT;
  CREATE UNIQUE INDEX letters_id ON letters (id);
  CREATE INDEX letters_ready ON letters (queue, priority DESC) WHERE state = 3;
  CREATE INDEX letters_delayed ON letters (queue, due) WHERE state = 2;
  CREATE INDEX letters_active ON letters (owner) WHERE state = 4;
  CREATE INDEX letters_dead ON letters (queue) WHERE state = 5;
  CREATE INDEX letters_old ON letters (until) WHERE state = 0;

  CREATE TABLE workers (
    slot INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: it stands for one incarnation in the letters it holds
    incarnation TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE gates (
    id TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    arrived INTEGER NOT NULL DEFAULT 0,
    open INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE arrivals (
    gate TEXT NOT NULL,
    place INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (gate, place)
  ) STRICT;

  CREATE TABLE paused (queue TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

  -- Who is to be woken: processes that listen to their bell, their workers that sleep, and the results they watch.
  CREATE TABLE listeners (process TEXT PRIMARY KEY, seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE parked (
    seq INTEGER PRIMARY KEY,
    waiter TEXT NOT NULL,
    process TEXT NOT NULL,
    queue TEXT NOT NULL,
    wakes INTEGER NOT NULL                  -- when it wakes up by itself
  ) STRICT;
  CREATE INDEX parked_queue ON parked (queue);
  CREATE INDEX parked_waiter ON parked (waiter);
  CREATE TABLE watches (
    id TEXT NOT NULL,
    process TEXT NOT NULL,
    change INTEGER NOT NULL DEFAULT 0,      -- the number of the last change that another process made
    PRIMARY KEY (id, process)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX watches_change ON watches (process, change);
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counters VALUES ('changes', 0);
  `,
  `
  ALTER TABLE letters ADD COLUMN begun INTEGER NOT NULL DEFAULT 0; -- 1 when a worker has said that it runs it: never again
  `,
];

/** The version of a file that this code reads and writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/**
 * Brings the tables of a file up to date, in one transaction. A file that is up to date is only looked at.
 *
 * @param where names the file in errors
 * @throws {Error} when the file is somebody else's, or was written by a newer Umbel
 */
export function migrate(driver: SqlDriver, where: string): void {
  if (transact(driver, "BEGIN", () => checkedVersion(driver, where)) === SCHEMA_VERSION) return;
  transact(driver, "BEGIN IMMEDIATE", () => {
    // Again: another process may have been first.
    for (const migration of MIGRATIONS.slice(checkedVersion(driver, where))) driver.exec(migration);
    driver.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    driver.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/** One state of the file for all that is read: half of it from before another process's migration looks like a stranger's. */
function transact<T>(driver: SqlDriver, begin: string, work: () => T): T {
  driver.exec(begin);
  try {
    const done = work();
    driver.exec("COMMIT");
    return done;
  } catch (error) {
    driver.exec("ROLLBACK");
    throw error;
  }
}

/** The version of a file, which is Umbel's when it says so, or when nothing is in it yet. */
function checkedVersion(driver: SqlDriver, where: string): number {
  const version = pragma(driver, "user_version");
  const application = pragma(driver, "application_id");
  const tables = first(driver, "SELECT count(*) AS value FROM sqlite_schema WHERE type = 'table'");
  const isEmpty = version === 0 && tables === 0 && application === 0;
  if (!isEmpty && application !== APPLICATION_ID) {
    throw new Error(
      `Cannot open ${where} as it must be empty or a database of Umbel: ` +
        `current value is a database of another application with ${tables} tables`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `Cannot open ${where} as its version must be at most ${SCHEMA_VERSION}: ` +
        `current value is ${version}, written by a newer Umbel`,
    );
  }
  return version;
}

function pragma(driver: SqlDriver, name: string): number {
  return first(driver, `SELECT ${name} AS value FROM pragma_${name}`);
}

function first(driver: SqlDriver, sql: string): number {
  const statement = driver.prepare(sql);
  try {
    const row = statement.get();
    return row ? numberOf(row, "value") : 0;
  } finally {
    statement.finalize();
  }
}
