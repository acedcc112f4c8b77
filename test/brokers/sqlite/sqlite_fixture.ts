/** How the suites make a sqlite broker: in a folder of its own, with a clock in their hand or with the host's. @module */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrokerOptions } from "../../../src/broker.ts";
import { sqlite, type SqliteBrokerOptions } from "../../../src/brokers/sqlite/mod.ts";
import type { BrokerFixture } from "../../../src/testing/conformance/fixture.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";

/** A path for a database in a fresh folder, and how to remove it. */
export async function temporaryDatabase(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "umbel-sqlite-"));
  return { path: join(folder, "queue.sqlite"), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A sqlite broker whose time passes when it is told to. */
export async function createSqlite(options: BrokerOptions): Promise<BrokerFixture> {
  const clock = new FakeClock();
  return { ...await create({ clock, ...options }), advance: (ms) => clock.advance(ms) };
}

/** A sqlite broker on the host's clock. */
export function createRealTimeSqlite(options: BrokerOptions): Promise<BrokerFixture> {
  return create(options);
}

async function create(options: Omit<SqliteBrokerOptions, "path">): Promise<BrokerFixture> {
  const { path, remove } = await temporaryDatabase();
  const broker = sqlite({ path, ...options });
  return {
    broker,
    reopen: () => Promise.resolve(sqlite({ path, ...options })),
    close: async () => {
      await broker.close();
      await remove();
    },
  };
}
