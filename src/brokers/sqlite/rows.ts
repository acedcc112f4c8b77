/** Reads columns of rows as what the schema says they are. @module */

import type { SqlRow } from "./driver.ts";

/** A text column. */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot read column ${column} as it must be a text: current value is ${typeof value}`);
}

/** A text column that may be NULL. */
export function textOrNothing(row: SqlRow, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

/** A column of whole numbers. */
export function numberOf(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw new TypeError(`Cannot read column ${column} as it must be a number: current value is ${typeof value}`);
}

/** A column of whole numbers that may be NULL. */
export function numberOrNothing(row: SqlRow, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column);
}
