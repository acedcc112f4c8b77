/** Runs the children of the tests, and looks into files from outside. @module */

import { Database } from "bun:sqlite";
import { join } from "node:path";
import process from "node:process";

/** A child: its lines so far, and how to end it. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  readonly lines: readonly string[];
  /** Ends it as the kernel would: it cannot do anything about it. */
  kill(): Promise<void>;
  /** Resolves when it has ended by itself. */
  ended(): Promise<number>;
}

/** Starts a child in a role. */
export function startChild(role: string, path: string): Child {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "sqlite_child.ts"), role, path], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines: string[] = [];
  const read = readLines(child.stdout, lines);
  const kill = async () => {
    child.kill("SIGKILL");
    await child.exited;
    await read;
  };
  return {
    pid: child.pid,
    lines,
    kill,
    ended: async () => {
      const [code] = await Promise.all([child.exited, read]);
      return code;
    },
    [Symbol.asyncDispose]: kill,
  };
}

/** Collects whole lines; what a killed child did not finish is none. */
async function readLines(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  }
}

/** The first column of the first row that a query finds in a file. */
export function lookUp(path: string, sql: string): unknown {
  const database = open(path);
  try {
    const [row] = database.prepare<Record<string, unknown>, []>(sql).all();
    return row && Object.values(row)[0];
  } finally {
    database.close();
  }
}

/** Changes a file behind the broker's back. */
export function change(path: string, sql: string): void {
  const database = open(path);
  try {
    database.run(sql);
  } finally {
    database.close();
  }
}

function open(path: string): Database {
  const database = new Database(path, { create: true, readwrite: true });
  database.run("PRAGMA busy_timeout = 10000");
  return database;
}
