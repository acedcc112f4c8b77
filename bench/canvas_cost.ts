/** What workflows cost: commands, requests over HTTP, and Redis' memory. `bun bench/canvas_cost.ts`, ten seconds. */
import assert from "node:assert/strict";
import * as z from "zod";
import { type AsyncResult, chain, chord, group, type Signature, Umbel } from "../mod.ts";
import type { Broker } from "../src/broker.ts";
import { redis } from "../src/brokers/redis/mod.ts";
import { RespClient } from "../src/brokers/redis/resp_client.ts";
import { upstash } from "../src/brokers/redis/upstash/mod.ts";
import { serveGateway } from "../src/gateway/mod.ts";
import { Worker } from "../src/worker/mod.ts";
import { CommandCounter } from "../test/support/command_counter.ts";
import { startRedisServer } from "../test/support/redis_server.ts";
import { until } from "../test/support/until.ts";

const SIZE = process.argv.includes("--quick") ? 1_000 : 10_000;
const TOKEN = "secret-token";
await using server = await startRedisServer({ config: { save: "" } });
await using gateway = await serveGateway({ redis: server.url, port: 0, token: TOKEN });
await using client = new RespClient({ url: server.url });
const number = z.number();
const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));
const line = (...cells: readonly unknown[]) => console.log(`| ${cells.join(" | ")} |`);

/** An app on an empty server, whose tasks tell how many have run. */
async function makeApp(broker: Broker) {
  await client.command(["FLUSHALL"]);
  const app = new Umbel("cost", { broker, logLevel: "error" });
  const ran = { count: 0 };
  const count = <T>(value: T): T => (ran.count++, value);
  const add = app.task("add", { args: [number, number], returns: number }, (x, y) => count(x + y));
  const sum = app.task(
    "sum",
    { args: [z.array(number)], returns: number },
    (xs) => count(xs.reduce((x, y) => x + y, 0)),
  );
  return { app, ran, add, sum };
}

type Kit = Awaited<ReturnType<typeof makeApp>>;

/** What sends as many tasks, and how many will run. */
const SHAPES: Readonly<Record<string, readonly [count: number, send: (kit: Kit) => Promise<unknown>]>> = {
  "plain tasks": [SIZE, ({ add }) => Promise.all(list(SIZE, (x) => add.delay(x, x)))],
  "a group": [SIZE, ({ add }) => group(list(SIZE, (x) => add.s(x, x))).delay()],
  "a chord": [SIZE + 1, ({ add, sum }) => chord(list(SIZE, (x) => add.s(x, x)), sum.s()).delay()],
  "a chain of a task and a group": [
    SIZE + 1,
    ({ add }) => chain(add.s(1, 1), group(list(SIZE, (x) => add.s(x)))).delay(),
  ],
};

/** Commands of clients, and with those in scripts, for each task: of sending them, and of running them. */
async function commandsOf(shape: string, concurrency: number): Promise<[sent: string, run: string]> {
  const [count, send] = SHAPES[shape] ?? [0, () => Promise.resolve()];
  const kit = await makeApp(redis({ url: server.url }));
  const counter = await CommandCounter.start(server.url);
  try {
    const sent = await counter.count(() => send(kit));
    const run = await counter.count(async () => {
      const worker = await Worker.start(kit.app, { concurrency });
      await until("all tasks to have run", () => kit.ran.count >= count, 60_000);
      await worker.stop();
    });
    assert.equal(kit.ran.count, count);
    const figure = (value: number) => (value / SIZE).toFixed(3);
    return [`${figure(sent.sent)} [${figure(sent.all)}]`, `${figure(run.sent)} [${figure(run.all)}]`];
  } finally {
    await counter.stop();
    await kit.app.close();
  }
}

/** Requests over HTTP that sending takes. */
async function requestsOf(shape: string): Promise<number> {
  const kit = await makeApp(upstash({ url: gateway.url, token: TOKEN }));
  const before = gateway.cost().requests;
  await SHAPES[shape]?.[1](kit);
  const { requests } = gateway.cost();
  await kit.app.close();
  return requests - before;
}

/** What Redis has for all keys, in bytes. */
async function bytes(): Promise<number> {
  const keys = z.array(z.string()).parse(await client.command(["KEYS", "umbel:*"]));
  const sizes = await client.commands(keys.map((key) => ["MEMORY", "USAGE", key, "SAMPLES", "0"]));
  return sizes.map(Number).reduce((x, y) => x + y, 0);
}

type Inner = Signature<readonly unknown[], number, AsyncResult<number>>;

/** Five chords of ten tasks, one in the other; Redis' memory once it is sent, and once all has run. */
async function nested(deeper: (kit: Kit, inner: Inner) => Inner): Promise<string[]> {
  const kit = await makeApp(redis({ url: server.url }));
  let flow: Inner = chord(list(10, (x) => kit.add.si(x, x)), kit.sum.s());
  for (let depth = 1; depth < 5; depth++) flow = deeper(kit, flow);
  await flow.delay();
  const sent = await bytes();
  const worker = await Worker.start(kit.app, { concurrency: 10 });
  await until("all tasks to have run", () => kit.ran.count >= 51);
  await worker.stop();
  const kept = await bytes();
  await kit.app.close();
  return [sent, kept].map((size) => `${(size / 1_000).toFixed(0)} KB`);
}

line(`${SIZE} tasks`, "to send", "to run, 10 slots", "to run, 100 slots", "requests over HTTP");
line("---", "---:", "---:", "---:", "---:");
for (const shape of Object.keys(SHAPES)) {
  const [sent, few] = await commandsOf(shape, 10);
  line(shape, sent, few, (await commandsOf(shape, 100))[1], await requestsOf(shape));
}
console.log();
line("5 nested chords of 10", "Redis' memory when sent", "when all has run");
line("---", "---:", "---:");
line("in headers", ...await nested(({ add, sum }, inner) => chord([inner, ...list(9, (x) => add.si(x, x))], sum.s())));
line("in bodies", ...await nested(({ add }, inner) => chord(list(10, (x) => add.si(x, x)), inner)));
