/** What workflows cost: requests, and bytes in the broker. Messages do not grow with their workflow. */
import { expect, test } from "bun:test";
import { type AnyResult, chain, chord, group, type Signature } from "../../mod.ts";
import type { Effects, Letter } from "../../src/broker.ts";
import { get, makeKit, start, WatchedBroker } from "./kit.ts";

/** A broker that keeps what it was sent. */
class Recorder extends WatchedBroker {
  readonly requests: Effects[] = [];

  override publish(effects: Effects): ReturnType<WatchedBroker["publish"]> {
    this.requests.push(effects);
    return super.publish(effects);
  }
}

/** What sending a workflow brings to the broker. */
async function sent(make: (kit: ReturnType<typeof makeKit>) => Signature<[], unknown, AnyResult>) {
  const broker = new Recorder();
  await make(makeKit(broker)).delay();
  const letters: Letter[] = broker.requests.flatMap(({ publish = [], hold = [] }) => [...publish, ...hold]);
  const records = broker.requests.flatMap(({ finish = [] }) => finish.map(({ result }) => result));
  const longest = Math.max(...letters.map(({ text }) => text.length));
  const bytes = [...letters.map(({ text }) => text), ...records].reduce((sum, text) => sum + text.length + 36, 0);
  return { requests: broker.requests.length, letters: letters.length, longest, bytes, records: records.join().length };
}

const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));

test("a message of a chain of any length is as long as that of a short one", async () => {
  const short = await sent(({ one, inc }) => chain(one.s(), inc.s(), inc.s()));
  const long = await sent(({ one, inc }) => chain(one.s(), ...list(5_000, () => inc.s())));
  expect(long.longest).toBe(short.longest);
  expect(long.requests).toBe(6);
  expect(long.records).toBeLessThan(400);
});

test("a group and a chord of ten thousand take ten requests, and a member's message is a short one", async () => {
  const wide = await sent(({ add }) => group(list(10_000, (x) => add.s(x, x))));
  expect(wide.requests).toBe(10);
  const gated = await sent(({ add, sum }) => chord(list(10_000, (x) => add.s(x, x)), sum.s()));
  expect([gated.requests, gated.letters]).toEqual([11, 10_001 + 20 + 1]);
  expect(gated.longest).toBeLessThan(500 * 90);
  expect(gated.bytes / gated.letters).toBeLessThan(400);
});

test("a task before a group of ten thousand names a relay, and no relay names more than five hundred", async () => {
  const fanned = await sent(({ one, inc }) => chain(one.s(), group(list(10_000, () => inc.s()))));
  expect(fanned.letters).toBe(10_000 + 1 + 20 + 1);
  expect(fanned.longest).toBeLessThan(500 * 90);
});

test("five nested chords of ten tasks stay far below a hundred kilobytes in the broker", async () => {
  const { bytes } = await sent(({ one, inc, sum }) => {
    let flow: Signature<readonly unknown[], unknown, AnyResult> = chord(list(10, () => one.si()), sum.s());
    for (let depth = 1; depth < 5; depth++) flow = chord(list(10, () => chain(one.si(), inc.s())), flow);
    return flow;
  });
  expect(bytes).toBeLessThan(40_000);
});

test("a chord costs one settlement per member, as plain tasks do, one for each five hundred, and its body's one read", async () => {
  const kit = makeKit();
  const { app, broker, add, sum } = kit;
  await start(app);
  const before = broker.settlements;
  const result = await chord(list(2_000, (x) => add.s(x, 1)), sum.s()).delay();
  expect(await result.get(get)).toBe(2_000 * 1_999 / 2 + 2_000);
  await kit.quiet();
  expect(broker.settlements - before).toBe(2_001 + 4 + 1);
});
