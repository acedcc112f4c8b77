import { describe, expect, test } from "bun:test";
import { insist } from "../../../src/brokers/sqlite/lock.ts";

/** What drivers throw: Bun tells the code as `errno`, Node as `errcode`; an extended one holds the busy code too. */
const busy = Object.assign(new Error("database is locked"), { errno: 5 });
const busyOnNode = Object.assign(new Error("database is locked"), { errcode: 5 | (2 << 8) });
const full = Object.assign(new Error("disk is full"), { errno: 13 });

/** Fails so many times, then succeeds. */
function free(after: number, error: Error): () => string {
  return () => {
    if (after-- > 0) throw error;
    return "mine";
  };
}

describe("who insists on a lock", () => {
  test("gets it at once where it is free", async () => {
    expect(await insist(free(0, busy), 0, "file")).toBe("mine");
  });

  test("asks until it is free", async () => {
    expect(await insist(free(3, busy), 60_000, "file")).toBe("mine");
    expect(await insist(free(100, busyOnNode), 60_000, "file")).toBe("mine");
  });

  test("lets the event loop go on when that takes long", async () => {
    let isFree = false;
    setTimeout(() => isFree = true, 20);
    const take = () => {
      if (!isFree) throw busy;
      return "mine";
    };
    expect(await insist(take, 60_000, "file")).toBe("mine");
  });

  test("gives up in the end, and says what held it up", async () => {
    await expect(insist(free(Infinity, busy), 10, "file")).rejects.toThrow(
      /^Cannot use file as no other process must hold its lock for more than 10 ms: current value is \d+ ms$/,
    );
  });

  test("does not insist where something else is wrong", async () => {
    await expect(insist(free(Infinity, full), 60_000, "file")).rejects.toThrow("disk is full");
  });
});
