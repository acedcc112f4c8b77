import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { newId } from "../../../src/base/ids.ts";
import { sqlite, type SqliteBrokerOptions } from "../../../src/brokers/sqlite/mod.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "../../../src/brokers/sqlite/schema.ts";
import { temporaryDatabase } from "./sqlite_fixture.ts";
import { change, lookUp } from "./sqlite_processes.ts";

let path = "";
let remove = (): Promise<void> => Promise.resolve();

beforeEach(async () => ({ path, remove } = await temporaryDatabase()));
afterEach(() => remove());

const letter = (fields = {}) => ({ id: newId(), queue: "q", priority: 5, text: "text", ...fields });
const worker = { incarnation: "one", name: "one", lease: 60_000 };
const request = { queues: ["q"], max: 10 };

/** Opens the file, which must fail, and hands out what it says. */
async function refusal(options: Partial<SqliteBrokerOptions> = {}): Promise<string> {
  const broker = sqlite({ path, ...options });
  const error = await broker.queues().then(() => undefined, (error: unknown) => error);
  await broker.close();
  return error instanceof Error ? error.message : "it was opened";
}

describe("a sqlite file", () => {
  test("is made with its folders by the first verb, and not before", async () => {
    path = join(dirname(path), "not", "there", "yet.sqlite");
    const broker = sqlite(path);
    expect(broker.description).toBe(`sqlite ${path}`);
    expect(existsSync(dirname(path))).toBe(false);
    await broker.queues();
    expect(existsSync(path)).toBe(true);
    await broker.close();
  });

  test("keeps everything over a close", async () => {
    const [ready, delayed, held, done, kept] = Array.from({ length: 5 }, () => letter()) as [
      ReturnType<typeof letter>,
      ReturnType<typeof letter>,
      ReturnType<typeof letter>,
      ReturnType<typeof letter>,
      ReturnType<typeof letter>,
    ];
    const first = sqlite(path);
    await first.publish({ publish: [done, kept], hold: [held], gates: [{ id: "gate", size: 2 }] });
    const { deliveries } = await first.claim(worker, request);
    const outcome = { kind: "done", delivery: { id: done.id, deliveries: 1 }, result: "42" } as const;
    expect(await first.settle(worker, [outcome])).toEqual(["settled"]);
    const arrival = { gate: "gate", index: 1, value: "x", hop: { id: held.id, queue: "q", priority: 5 } };
    await first.publish({ publish: [ready, { ...delayed, due: { in: 60_000 } }], arrive: [arrival] });
    await first.pause("other");
    await first.close();

    const second = sqlite(path);
    expect(deliveries.map(({ id }) => id)).toEqual([done.id, kept.id]);
    expect(await second.read([done.id, kept.id])).toEqual([{ kind: "final", text: "42" }, { kind: "queued" }]);
    expect((await second.peek("q", 10)).map(({ id }) => id)).toEqual([ready.id, delayed.id]);
    expect(await second.held([held.id])).toEqual(["text"]);
    expect(await second.arrivals("gate")).toEqual(["x"]);
    expect(await second.queues()).toMatchObject([
      { name: "other", paused: true },
      { name: "q", ready: 1, delayed: 1, active: 1 },
    ]);
    await second.publish({ arrive: [{ ...arrival, index: 0 }] });
    expect((await second.claim(worker, request)).deliveries.map(({ id }) => id)).toEqual([ready.id, held.id]);
    await second.close();
  });

  test("says whose it is and which version", async () => {
    const broker = sqlite(path);
    await broker.queues();
    await broker.close();
    expect(lookUp(path, "PRAGMA user_version")).toBe(SCHEMA_VERSION);
    expect(lookUp(path, "PRAGMA application_id")).toBe(APPLICATION_ID);
    expect(lookUp(path, "PRAGMA journal_mode")).toBe("wal");
    expect(lookUp(path, "PRAGMA integrity_check")).toBe("ok");
  });

  test("is brought up to date when it is empty, also where it was made by others or by several at once", async () => {
    writeFileSync(path, "");
    const brokers = Array.from({ length: 4 }, () => sqlite(path));
    await Promise.all(brokers.map((broker) => broker.publish({ publish: [letter()] })));
    expect((await brokers[0]?.queues())?.[0]?.ready).toBe(4);
    await Promise.all(brokers.map((broker) => broker.close()));
    expect(lookUp(path, "PRAGMA user_version")).toBe(SCHEMA_VERSION);
  });

  test("is left alone when it is somebody else's", async () => {
    change(path, "CREATE TABLE users (name TEXT)");
    const before = readFileSync(path);
    expect(await refusal()).toBe(
      `Cannot open ${path} as it must be empty or a database of Umbel: ` +
        "current value is a database of another application with 1 tables",
    );
    expect(readFileSync(path)).toEqual(before);
  });

  test("is left alone when a newer Umbel wrote it", async () => {
    const broker = sqlite(path);
    await broker.queues();
    await broker.close();
    change(path, `PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    expect(await refusal()).toBe(
      `Cannot open ${path} as its version must be at most ${SCHEMA_VERSION}: ` +
        `current value is ${SCHEMA_VERSION + 1}, written by a newer Umbel`,
    );
  });

  test("is refused when it is no database", async () => {
    writeFileSync(path, "Dear diary, today I was opened by a queue. ".repeat(100));
    expect(await refusal()).toBe(
      `Cannot open ${path} as it must be empty or a database of Umbel: current value is a file that is no database`,
    );
  });

  test("is refused when it is damaged", async () => {
    const broker = sqlite(path);
    await broker.publish({ publish: [letter()] });
    await broker.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, 4_096).fill(0xff, 100));
    expect(await refusal()).toContain(`Cannot open ${path} as it must be empty or a database of Umbel`);
  });

  test("is refused when it is a folder", async () => {
    mkdirSync(path);
    expect(await refusal()).toContain(`Cannot open ${path} as it must be a file that can be read and written`);
  });

  test("can be opened later by a broker that could not open it", async () => {
    mkdirSync(join(dirname(path), "folder"));
    writeFileSync(path, "no database");
    const broker = sqlite(path);
    await expect(broker.queues()).rejects.toThrow("no database");
    writeFileSync(path, "");
    expect(await broker.queues()).toEqual([]);
    await broker.close();
  });
});

describe("a file that another program locks", () => {
  test("is written to once it is free", async () => {
    const broker = sqlite(path);
    await broker.queues();
    using other = new Database(path);
    other.run("BEGIN IMMEDIATE");
    const publish = broker.publish({ publish: [letter()] });
    const reading = await broker.read([newId()]);
    await Bun.sleep(50);
    other.run("COMMIT");
    expect(reading).toEqual([null]);
    expect(await publish).toEqual(["created"]);
    await broker.close();
  });

  test("fails a verb when it stays locked for too long", async () => {
    const broker = sqlite({ path, busyTimeout: 20 });
    await broker.queues();
    using other = new Database(path);
    other.run("BEGIN IMMEDIATE");
    const all = [broker.publish({ publish: [letter()] }), broker.publish({ publish: [letter()] })];
    for (const { status, reason } of (await Promise.allSettled(all)) as PromiseRejectedResult[]) {
      expect(status).toBe("rejected");
      expect(String(reason)).toContain(`Cannot use ${path} as no other process must hold its lock for more than 20 ms`);
    }
    other.run("ROLLBACK");
    expect(await broker.publish({ publish: [letter()] })).toEqual(["created"]);
    await broker.close();
  });
});

describe("the options of a sqlite broker", () => {
  test("choose what a commit promises", async () => {
    for (const synchronous of ["normal", "full"] as const) {
      const broker = sqlite({ path: ":memory:", synchronous });
      expect(await broker.publish({ publish: [letter()] })).toEqual(["created"]);
      await broker.close();
    }
  });

  test("are refused when they are out of range", () => {
    expect(() => sqlite("")).toThrow("Cannot make a sqlite broker as path must be the path of a file or :memory:");
    const off: object = { synchronous: "off" };
    expect(() => sqlite({ path, ...off })).toThrow('synchronous must be "normal" or "full": current value is off');
    expect(() => sqlite({ path, busyTimeout: -1 })).toThrow("busyTimeout");
    expect(() => sqlite({ path, resultRetention: 0 })).toThrow("resultRetention");
  });
});
