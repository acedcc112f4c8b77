import { expect, test } from "bun:test";
import type { SqlDriver } from "../../../src/brokers/sqlite/driver.ts";
import { openDriver } from "../../../src/brokers/sqlite/open_driver.ts";
import { migrate } from "../../../src/brokers/sqlite/schema.ts";
import { temporaryDatabase } from "./sqlite_fixture.ts";

/** A driver that does something else in between: after so many reads. */
function interrupted(driver: SqlDriver, reads: number, between: () => void): SqlDriver {
  let read = 0;
  return {
    ...driver,
    prepare: (sql) => {
      const statement = driver.prepare(sql);
      return {
        ...statement,
        finalize: () => {
          statement.finalize();
          if (++read === reads) between();
        },
      };
    },
  };
}

test.each([1, 2])("a file that another process brings up to date after %d reads is no stranger's", async (reads) => {
  const { path, remove } = await temporaryDatabase();
  const [one, other] = [await openDriver(path), await openDriver(path)];
  let tries = 0;
  const migrateToo = () => {
    tries++;
    try {
      migrate(other, path);
    } catch (error) {
      // Whoever looks keeps the file as it is meanwhile.
      expect(String(error)).toContain("locked");
    }
  };
  migrate(interrupted(one, reads, migrateToo), path);
  migrate(other, path);
  expect(tries).toBe(1);
  one.close();
  other.close();
  await remove();
});
