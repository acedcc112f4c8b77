/** Claims beside a wait, and over several partitions: a worker that makes them is woken, and settles, as any other. */
import { expect, test } from "bun:test";
import { newId } from "../../../src/base/ids.ts";
import type { Answer } from "../../../src/brokers/redis/call.ts";
import { redis, RedisBroker } from "../../../src/brokers/redis/mod.ts";
import { Keys } from "../../../src/brokers/redis/keys.ts";
import { RespClient } from "../../../src/brokers/redis/resp_client.ts";
import { TcpTransport } from "../../../src/brokers/redis/tcp.ts";
import type { Listening } from "../../../src/brokers/redis/transport.ts";
import { gatewayForTests } from "./rest_fixture.ts";
import { worker } from "./consume.ts";
import { letter } from "./letters.ts";

const gateway = gatewayForTests();

/** Beyond it, a wait has ended by itself. */
const FOREVER = 600_000;

const request = { queues: ["q"], max: 2 };

/** TCP whose answers to claims come so many moments after the worker has begun to listen. */
class Late extends TcpTransport {
  moments = 0;
  #channels = 0;
  readonly #listens = Promise.withResolvers<void>();

  override async run(...call: Parameters<TcpTransport["run"]>): Promise<Answer> {
    const answer = await super.run(...call);
    if (call[0].name !== "turn") return answer;
    await this.#listens.promise;
    for (let moment = 0; moment < this.moments; moment++) await undefined;
    return answer;
  }

  override async listen(...call: Parameters<TcpTransport["listen"]>): Promise<Listening> {
    const listening = await super.listen(...call);
    // Its own channel, and the one that all workers hear.
    if (++this.#channels === 2) this.#listens.resolve();
    return listening;
  }
}

test("a worker that claims while it begins to listen", async () => {
  const { url } = gateway().server;
  const other = redis({ url, namespace: "begins" });
  for (let moments = 0; moments < 40; moments++) {
    const transport = new Late({ url });
    transport.moments = moments;
    const broker = new RedisBroker(transport, { namespace: "begins" });
    const ref = worker();
    const woken = broker.wait(ref, request.queues, FOREVER, new AbortController().signal);
    await broker.claim(ref, request);
    await Bun.sleep(5);
    await other.publish({ publish: [letter()] });
    await woken;
    const { deliveries } = await broker.claim(ref, request);
    expect(deliveries.length).toBe(1);
    await broker.settle(ref, deliveries.map((delivery) => ({ kind: "done", delivery })));
    await broker.leave(ref);
    await broker.close();
  }
  await other.close();
}, 60_000);

test("a worker whose claim tells when something is due", async () => {
  const namespace = "due";
  const broker = redis({ url: gateway().server.url, namespace });
  const client = new RespClient({ url: gateway().server.url });
  const ref = worker();
  await broker.publish({ publish: [letter()] });
  const [delivery] = (await broker.claim(ref, request)).deliveries;
  if (!delivery) throw new Error("The letter must be there");
  const woken = broker.wait(ref, request.queues, FOREVER, new AbortController().signal);
  const idle = new Keys(namespace, 0).idle("q");
  while (await client.command(["SCARD", idle]) === 0) await Bun.sleep(5);
  // As if others had taken it off: nobody else wakes it now.
  await client.command(["DEL", idle]);
  const again = { ...letter(), id: delivery.id, due: { in: 50.5 } };
  const { claim } = await broker.settleAndClaim(ref, [{ kind: "again", delivery, letter: again }], request);
  expect(claim.nextDue).toBeLessThanOrEqual(51);
  await woken;
  await Promise.all([broker.close(), client.close()]);
}, 60_000);

test("a partition that is asked twice by one claim settles once", async () => {
  const broker = redis({ url: gateway().server.url, namespace: "twice", partitions: 4 });
  const ref = worker();
  const send = (count: number) =>
    broker.publish({ publish: Array.from({ length: count }, () => letter({ id: newId(0) })) });
  await send(1);
  const { deliveries } = await broker.claim(ref, { queues: ["q"], max: 100 });
  await send(6);
  const outcomes = deliveries.map((delivery) => ({ kind: "done", delivery }) as const);
  const { settlements, claim } = await broker.settleAndClaim(ref, outcomes, { queues: ["q"], max: 8 });
  expect(settlements).toEqual(["settled"]);
  expect(claim.deliveries.length).toBe(6);
  await broker.close();
}, 60_000);
