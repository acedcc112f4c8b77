import { describe, expect, test } from "bun:test";
import { newId } from "../../../src/base/ids.ts";
import type { Broker, Claim, Effects, Hop, Letter } from "../../../src/broker.ts";
import { MemoryBroker } from "../../../src/brokers/memory/mod.ts";
import { SealedBroker } from "../../../src/codecs/seal/sealed_broker.ts";
import { k1, tampered, textSealer, worker } from "./bench.ts";

const MAX_AGE = 10_000;

/** A broker behind a seal whose clock a test sets, and the broker itself. */
function bench() {
  const inner = new MemoryBroker();
  const clock = { time: 1_000_000, now: () => clock.time, sleep: () => Promise.resolve() };
  const sealed = new SealedBroker(inner, { sealer: textSealer([k1], { clock }), maxAge: MAX_AGE, clock });
  return { inner, sealed, clock };
}

function letter(id: string, queue = "q"): Letter {
  return { id, queue, priority: 0, text: `{"v":1,"task":"t of ${id}"}` };
}

const hopOf = ({ id, queue, priority }: Letter): Hop => ({ id, queue, priority });
const claim = (broker: Broker): Promise<Claim> => broker.claim(worker, { queues: ["q"], max: 10 });
const ids = (count: number) => Array.from({ length: count }, () => newId(7));

describe("what a task sends to the next", () => {
  test("is opened for that one only", async () => {
    const { inner, sealed } = bench();
    const [a, b, c] = ids(3).map((id) => letter(id));
    if (!a || !b || !c) throw new Error("no letters");
    await sealed.publish({ hold: [a, b, c], send: [{ hop: hopOf(a), input: '{"data":1}' }] });
    const [stored] = await inner.peek("q", 1);
    await inner.publish({
      send: [{ hop: hopOf(b), input: stored?.input ?? "" }, { hop: hopOf(c), input: '{"data":1}' }],
    });
    const { deliveries } = await claim(sealed);
    expect(deliveries.map(({ refused }) => refused?.reason)).toEqual([undefined, "seal: altered", "seal: unsealed"]);
    expect(deliveries[0]).toMatchObject({ text: a.text, input: '{"data":1}' });
  });

  test("keeps a message young that was sealed long before its turn", async () => {
    const { sealed, clock } = bench();
    const [a, b] = ids(2).map((id) => letter(id));
    if (!a || !b) throw new Error("no letters");
    await sealed.publish({ hold: [a, b] });
    clock.time += MAX_AGE * 3;
    await sealed.publish({ send: [{ hop: hopOf(a), input: "{}" }, { hop: hopOf(b) }] });
    const { deliveries } = await claim(sealed);
    expect(deliveries.map(({ refused }) => refused?.reason)).toEqual([undefined, "seal: too old"]);
  });
});

describe("what comes to a gate", () => {
  /** A letter that got three arrivals; the last of them late. */
  async function opened(late = 0) {
    const { inner, sealed, clock } = bench();
    const [gate = "", other = "", third = ""] = ids(3);
    const [body, elsewhere] = [letter(other), letter(third)];
    const hop = hopOf(body);
    const arrive = (index: number) => sealed.publish({ arrive: [{ gate, index, value: `{"data":${index}}`, hop }] });
    await sealed.publish({ hold: [body, elsewhere], gates: [{ id: gate, size: 3 }] });
    await arrive(1);
    await arrive(0);
    clock.time += late;
    await arrive(2);
    return { inner, sealed, gate, body, elsewhere, clock };
  }

  test("is opened in its order", async () => {
    const { sealed, gate } = await opened();
    const { deliveries } = await claim(sealed);
    expect(deliveries).toMatchObject([{ gate }]);
    expect(await sealed.arrivals(gate)).toEqual(["0", "1", "2"].map((n) => `{"data":${n}}`));
  });

  test("keeps a message young too", async () => {
    const { sealed } = await opened(MAX_AGE * 2);
    expect((await claim(sealed)).deliveries[0]?.refused).toBeUndefined();
  });

  test("is refused at another gate, and where nobody sealed it", async () => {
    for (const isCopied of [true, false]) {
      const { inner, sealed, gate, elsewhere } = await opened();
      const values = isCopied ? await inner.arrivals(gate) : ["{}", "{}", "{}"];
      const forged = newId(7);
      const arrive = values.map((value, index) => ({ gate: forged, index, value, hop: hopOf(elsewhere) }));
      await inner.publish({ gates: [{ id: forged, size: 3 }], arrive });
      await expect(sealed.arrivals(forged)).rejects.toMatchObject({ reason: isCopied ? "altered" : "unsealed" });
    }
  });

  test("is refused for another letter", async () => {
    const { inner, sealed, gate } = await opened();
    const other = letter(newId(7), "other");
    await sealed.publish({ publish: [other] });
    const clock = { now: () => 1_000_000, sleep: () => Promise.resolve() };
    const forging = tampered(inner, (one) => ({ ...one, gate }));
    const broker = new SealedBroker(forging, { sealer: textSealer([k1], { clock }), maxAge: MAX_AGE, clock });
    expect((await broker.claim(worker, { queues: ["other"], max: 1 })).deliveries).toMatchObject([{ gate }]);
    await expect(broker.arrivals(gate)).rejects.toMatchObject({ reason: "altered" });
  });

  test("buries the letter that asked for it when it is not to be trusted, without further effect", async () => {
    const { inner, gate, body, elsewhere } = await opened();
    const stored = await inner.arrivals(gate);
    const forging = new Proxy(inner, {
      get: (target, verb) => {
        if (verb === "arrivals") return async () => [...stored].reverse();
        const value: unknown = Reflect.get(target, verb, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const clock = { now: () => 1_000_000, sleep: () => Promise.resolve() };
    const broker = new SealedBroker(forging, { sealer: textSealer([k1], { clock }), maxAge: MAX_AGE, clock });
    const [delivery] = (await claim(broker)).deliveries;
    await expect(broker.arrivals(gate)).rejects.toMatchObject({ reason: "altered" });
    const send = [{ hop: hopOf(elsewhere), input: "{}" }];
    const ref = { id: body.id, deliveries: delivery?.deliveries ?? 0 };
    await broker.settle(worker, [{ kind: "done", delivery: ref, result: '{"state":"FAILURE"}', effects: { send } }]);
    expect(await broker.dead("q", 10)).toMatchObject([{ id: body.id, reason: "seal: altered", text: body.text, gate }]);
    expect(await inner.held([elsewhere.id])).not.toEqual([null]);
  });
});

test("whatever a worker says of a text that was refused, it sends nothing but relays of its own", async () => {
  const { inner, sealed } = bench();
  const [forged, victim, later, relay] = ids(4).map((id) => letter(id));
  if (!forged || !victim || !later || !relay) throw new Error("no letters");
  await sealed.publish({ hold: [victim, later] });
  await inner.publish({ publish: [forged] });
  const [{ deliveries = 0, refused = undefined } = {}] = (await claim(sealed)).deliveries;
  expect(refused).toMatchObject({ reason: "seal: unsealed", trusted: false });
  const effects: Effects = {
    publish: [letter(newId(7))],
    hold: [relay],
    send: [{ hop: hopOf(victim), input: "{}" }, { hop: hopOf(relay), input: "{}" }],
    drop: [later.id],
  };
  const reason = refused?.reason ?? "";
  await sealed.settle(worker, [{ kind: "buried", delivery: { id: forged.id, deliveries }, reason, effects }]);
  expect((await claim(sealed)).deliveries.map(({ id }) => id)).toEqual([relay.id]);
  expect(await sealed.held([victim.id, later.id])).toEqual([victim.text, null]);
});

test("a held letter that is not to be trusted is followed by nobody", async () => {
  const { inner, sealed } = bench();
  const [a, b] = ids(2).map((id) => letter(id));
  if (!a || !b) throw new Error("no letters");
  await sealed.publish({ hold: [a] });
  await inner.publish({ hold: [b] });
  expect(await sealed.held([a.id, b.id])).toEqual([a.text, null]);
});
