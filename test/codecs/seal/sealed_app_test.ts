import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { Retry, sealer, SealError, type SealOptions, Umbel } from "../../../mod.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { Broker, Delivery } from "../../../src/broker.ts";
import { MemoryBroker } from "../../../src/brokers/memory/mod.ts";
import { sqlite } from "../../../src/brokers/sqlite/mod.ts";
import { createPairKey, createSecretKey, formatKey } from "../../../src/codecs/seal/seal_key.ts";
import { Producer } from "../../../src/client/mod.ts";
import { Worker, type WorkerOptions } from "../../../src/worker/mod.ts";
import { until } from "../../support/until.ts";
import { k1, tampered } from "./bench.ts";

const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function appOf(broker: Broker, seal?: SealOptions): Umbel {
  const app = new Umbel("test", {
    broker,
    log: silentLogger,
    errors: [SealError],
    ...(seal && { seal: sealer(seal) }),
  });
  stops.push(() => app.close());
  return app;
}

async function start(app: Umbel, options: WorkerOptions = {}): Promise<void> {
  const worker = await Worker.start(app, options);
  stops.push(() => worker.cancel());
}

/** A task that runs, and how often it did. */
function echoOf(app: Umbel) {
  const runs: string[] = [];
  const echo = app.task("echo", { args: [z.string()], returns: z.string() }, (text) => {
    runs.push(text);
    return text;
  });
  return { echo, runs };
}

const timeout = "20s";
const modes: Readonly<Record<string, SealOptions>> = {
  "signed by hmac": { keys: [k1] },
  "signed by ed25519": { keys: [await createPairKey("p1")], sign: "ed25519" },
  "encrypted": { keys: [k1], encrypt: true, maxAge: "1d" },
};

for (const [mode, seal] of Object.entries(modes)) {
  describe(`an app that is ${mode}`, () => {
    test("sends, runs, fails, shows progress, and gets results", async () => {
      const app = appOf(new MemoryBroker(), seal);
      const { echo } = echoOf(app);
      const slow = app.task("slow", { bind: true }, async (ctx) => {
        await ctx.progress({ at: "half" });
        await until("the progress", async () => (await app.result(ctx.id).state()) === "PROGRESS");
        throw new RangeError("too slow");
      });
      await start(app);
      expect(await (await echo.delay("hello")).get({ timeout })).toBe("hello");
      await expect((await slow.delay()).get({ timeout })).rejects.toThrow("too slow");
      const [later] = await Promise.all([echo.applyAsync(["later"], { countdown: "50ms" })]);
      expect(await later.get({ timeout })).toBe("later");
    });

    test("seals anew what is tried again", async () => {
      const broker = new MemoryBroker();
      const app = appOf(broker, seal);
      let attempts = 0;
      const flaky = app.task("flaky", { retries: 3, retryDelay: "1ms" }, () => {
        if (++attempts < 3) throw new Retry();
        return attempts;
      });
      await start(app);
      const result = await flaky.delay();
      expect(await result.get({ timeout })).toBe(3);
      expect((await result.info())?.attempt).toBe(2);
    });

    test("leaves no text in the broker without a seal", async () => {
      const broker = new MemoryBroker();
      const app = appOf(broker, seal);
      const { echo } = echoOf(app);
      const { id } = await echo.delay("hidden words");
      const [letter] = await broker.peek("default", 1);
      expect(letter?.text).toContain('"seal":{"alg"');
      if (seal.encrypt) expect(letter?.text).not.toContain("hidden words");
      const [seen] = await (await app.broker()).peek("default", 1);
      expect(JSON.parse(seen?.text ?? "")).toMatchObject({ task: "echo", data: { args: ["hidden words"] } });
      await start(app);
      await app.result(id).get({ timeout });
      const [stored] = await broker.read([id]);
      expect(JSON.stringify(stored)).toContain('\\"seal\\":{\\"alg\\"');
      if (seal.encrypt) expect(JSON.stringify(stored)).not.toContain("hidden words");
    });
  });
}

describe("nothing readable lies in the file of a sqlite broker", () => {
  test("of arguments, headers, results, failures and progress", async () => {
    const folder = mkdtempSync(join(tmpdir(), "umbel-seal-"));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const app = appOf(sqlite({ path: join(folder, "q.sqlite") }), { keys: [k1], encrypt: true });
    const { echo } = echoOf(app);
    const fail = app.task("fail", { args: [z.string()], bind: true }, async (ctx, text) => {
      await ctx.progress(text);
      throw new Error(text);
    });
    await start(app);
    const headers = { tenant: "find-me" };
    expect(await (await echo.applyAsync(["find-me"], { headers })).get({ timeout })).toBe("find-me");
    await expect((await fail.delay("find-me")).get({ timeout })).rejects.toThrow("find-me");
    await echo.applyAsync(["find-me"], { queue: "unserved", headers });
    const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const files = entries.map(({ name }) => readFileSync(join(folder, name)));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(file.includes("find-me")).toBe(false);
  });
});

/** Publishes with one app what another one runs, and tells how it ended. */
async function refused(
  sent: SealOptions | undefined,
  served: SealOptions,
  change: (delivery: Delivery) => Delivery = (delivery) => delivery,
) {
  const broker = new MemoryBroker();
  const { echo } = echoOf(appOf(broker, sent));
  const app = appOf(tampered(broker, change), served);
  const { runs } = echoOf(app);
  const { id } = await echo.delay("hello");
  const [letter] = await broker.peek("default", 1);
  await start(app);
  const error: unknown = await app.result(id).get({ timeout }).catch((thrown: unknown) => thrown);
  const dead = await until("the dead letter", async () => (await broker.dead("default", 10))[0]);
  expect(dead).toMatchObject({ id, text: letter?.text });
  expect(runs).toEqual([]);
  expect(error).toBeInstanceOf(SealError);
  return { error, reason: dead.reason };
}

describe("a worker buries, as it came, and does not run", () => {
  const seal: SealOptions = { keys: [k1] };

  test("what is not sealed", async () => {
    const { error, reason } = await refused(undefined, seal);
    expect(error).toMatchObject({ name: "SealError", reason: "unsealed" });
    expect(reason).toBe("seal: unsealed");
  });

  test("what is sealed by a key that it does not have", async () => {
    const { error } = await refused({ keys: [createSecretKey("k2")] }, seal);
    expect(error).toMatchObject({ reason: "unknown key" });
  });

  test("what was altered", async () => {
    const { error } = await refused(seal, seal, (one) => ({ ...one, text: one.text.replace('"hello"', '"hullo"') }));
    expect(error).toMatchObject({ reason: "altered" });
  });

  test("what is to run under the name of another task", async () => {
    const { error } = await refused(seal, seal, (one) => ({ ...one, text: one.text.replace('"echo"', '"wipe"') }));
    expect(error).toMatchObject({ reason: "altered" });
  });

  test("what was sealed for another id", async () => {
    let first: string | undefined;
    const broker = new MemoryBroker();
    const replayed = tampered(broker, (one) => ({ ...one, text: first ??= one.text }));
    const app = appOf(replayed, seal);
    const { echo, runs } = echoOf(app);
    const [one, two] = [await echo.delay("one"), await echo.delay("two")];
    await start(app, { concurrency: 1 });
    expect(await one.get({ timeout })).toBe("one");
    await expect(two.get({ timeout })).rejects.toMatchObject({ name: "SealError", reason: "altered" });
    expect(runs).toEqual(["one"]);
  });

  test("what was sealed for another queue", async () => {
    const { error } = await refused({ ...seal }, seal, (one) => ({ ...one, queue: "admin" }));
    expect(error).toMatchObject({ reason: "altered" });
  });

  test("what is too old", async () => {
    const old = { now: () => Date.now() - 3_600_000, sleep: () => Promise.resolve() };
    const { error } = await refused({ ...seal, clock: old }, { ...seal, maxAge: "30m" });
    expect(error).toMatchObject({ reason: "too old" });
  });

  test("what has an input that nobody sealed", async () => {
    const { error } = await refused(seal, seal, (one) => ({ ...one, input: '{"data":"forged"}' }));
    expect(error).toMatchObject({ reason: "unsealed" });
  });
});

test("an old message runs that was sent for later", async () => {
  const clock = { now: () => Date.now() - 3_600_000, sleep: () => Promise.resolve() };
  const broker = new MemoryBroker();
  const { echo } = echoOf(appOf(broker, { keys: [k1], clock }));
  const app = appOf(broker, { keys: [k1], maxAge: "30m" });
  echoOf(app);
  const { id } = await echo.applyAsync(["late"], { eta: new Date(Date.now() + 50) });
  await start(app);
  expect(await app.result(id).get({ timeout })).toBe("late");
});

test("what is not sealed runs where a seal is not required", async () => {
  const broker = new MemoryBroker();
  const { echo } = echoOf(appOf(broker));
  const app = appOf(broker, { keys: [k1], require: false });
  echoOf(app);
  const { id } = await echo.delay("plain");
  await start(app);
  expect(await app.result(id).get({ timeout })).toBe("plain");
});

test("what was refused for its key runs when it is revived by a worker that has it", async () => {
  const broker = new MemoryBroker();
  const k2 = createSecretKey("k2");
  const { echo } = echoOf(appOf(broker, { keys: [k2] }));
  const before = appOf(broker, { keys: [k1] });
  echoOf(before);
  const { id } = await echo.delay("again");
  const worker = await Worker.start(before);
  await until("the dead letter", async () => (await broker.dead("default", 1))[0]);
  await worker.stop();
  const after = appOf(broker, { keys: [k1, k2] });
  echoOf(after);
  expect(await (await after.broker()).revive("default", [id])).toBe(1);
  await start(after);
  expect(await after.result(id).get({ timeout })).toBe("again");
});

test("a producer sends and reads through a broker behind the seal", async () => {
  const broker = new MemoryBroker();
  const seal = sealer({ keys: [k1], encrypt: true });
  const producer = new Producer({ broker: seal.broker(broker) });
  const app = appOf(broker, { keys: [k1] });
  echoOf(app);
  await start(app);
  expect(await (await producer.send("echo", ["hello"])).get({ timeout })).toBe("hello");
});

test("a result that nobody sealed is not believed", async () => {
  const broker = new MemoryBroker();
  const app = appOf(broker, { keys: [k1] });
  const { echo } = echoOf(app);
  const { id } = await echo.delay("hello");
  await broker.publish({ finish: [{ id, result: '{"state":"SUCCESS","data":"forged"}' }] });
  await expect(app.result(id).get({ timeout })).rejects.toMatchObject({ name: "SealError", reason: "unsealed" });
});

describe("keys of the environment", () => {
  test("are taken where none are given", async () => {
    const app = appOf(new MemoryBroker(), {});
    app.useEnv({ UMBEL_SEAL_KEYS: formatKey(k1) });
    const { echo } = echoOf(app);
    await start(app);
    expect(await (await echo.delay("hello")).get({ timeout })).toBe("hello");
  });

  test("must be there then", async () => {
    const app = new Umbel("test", { broker: new MemoryBroker(), seal: sealer() });
    app.useEnv({});
    await expect(app.broker()).rejects.toThrow("must be given, or stand in UMBEL_SEAL_KEYS");
  });
});

test("an app does not show its keys", () => {
  const app = appOf(new MemoryBroker(), { keys: [k1] });
  expect(Bun.inspect(app, { depth: 9 }) + JSON.stringify(app)).not.toContain(k1.secret);
});
