import { expect, test } from "bun:test";
import type { SqlDriver } from "../../../src/brokers/sqlite/driver.ts";
import { openDriver } from "../../../src/brokers/sqlite/open_driver.ts";
import { migrate } from "../../../src/brokers/sqlite/schema.ts";
import { temporaryDatabase } from "./sqlite_fixture.ts";

/** A driver that does something else in between: after its first read. */
function interrupted(driver: SqlDriver, between: () => void): SqlDriver {
  let isFirst = true;
  return {
    ...driver,
    prepare: (sql) => {
      const statement = driver.prepare(sql);
      return {
        ...statement,
        finalize: () => {
          statement.finalize();
          if (isFirst) between();
          isFirst = false;
        },
      };
    },
  };
}

test("a file that another process brings up to date between two looks at it is no stranger's", async () => {
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
  migrate(interrupted(one, migrateToo), path);
  migrate(other, path);
  expect(tries).toBe(1);
  one.close();
  other.close();
  await remove();
});
