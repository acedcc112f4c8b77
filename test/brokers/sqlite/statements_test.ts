import { expect, test } from "bun:test";
import { Database } from "../../../src/brokers/sqlite/database.ts";
import * as groups from "../../../src/brokers/sqlite/statements.ts";

/** Statements that count all of something for people: they may look at every entry of an index. */
const COUNTS = new Set(["ready", "delayed", "active", "dead"]);

const { CONTROL, ...others } = groups;
const statements = [
  ...Object.entries(CONTROL).filter(([name]) => !COUNTS.has(name)),
  ...Object.values(others).flatMap((group) => Object.entries<string>(group)),
];

test("no verb reads letters, arrivals or watches that it does not need", async () => {
  const database = await Database.open(":memory:", "normal");
  const scans = statements.flatMap(([name, sql]) => {
    const plan = database.all(`EXPLAIN QUERY PLAN ${sql}`, ...parametersOf(sql));
    const steps = plan.map((row) => String(row.detail));
    return steps.filter((step) => /SCAN (letters|arrivals|watches|gates)|TEMP B-TREE/.test(step)).map((step) =>
      `${name}: ${step}`
    );
  });
  database.close();
  // Whether anything at all is watched is told by the first row.
  expect(scans).toEqual(["anyWatch: SCAN watches USING COVERING INDEX watches_change"]);
});

/** As many values as a statement takes. */
function parametersOf(sql: string): number[] {
  const numbers = [...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number));
  return Array.from({ length: Math.max(0, ...numbers) }, () => 1);
}
