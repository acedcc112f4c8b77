/** Big batches, big texts and strange texts. @module */

import assert from "node:assert/strict";
import { type Bench, hop, ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** What a careless broker would cut, escape, split or take for its own. */
const STRANGE_TEXTS: readonly string[] = [
  "",
  " ",
  "0",
  "null",
  "false",
  "{}",
  '"quoted" \\ back\\slash \\u0000 %s $1 :id ? --',
  "a\u0000b\u0000",
  "\u0001\u0007\u001b\u007f\u0080\u009f",
  "tab\tcarriage\rreturn",
  "Ä ß ñ 中文 עברית हिन्दी",
  "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 𝒳 \u{10ffff}",
  "\u2028\u2029\ufeff\ufffe\uffff",
  "e\u0301 is not \u00e9",
  "12345678901234567890",
  "1e400",
];

/** A text of a megabyte that does not look alike from end to end. */
function megabyte(mark: string): string {
  return Array.from({ length: 100_000 }, (_, i) => `${mark}${String(i).padStart(9, "0")}`).join("");
}

/** The cases of size. */
export const sizeCases: Cases = {
  "A thousand letters are published, claimed and settled in one step each": async (bench) => {
    const letters = bench.letters(1_000);
    const worker = bench.worker();
    await bench.publish(...letters);
    assert.equal((await bench.figures()).ready, 1_000);
    const deliveries = await bench.claim(worker, 1_000);
    assert.deepEqual(ids(deliveries), ids(letters));
    const outcomes = deliveries.map((it) =>
      ({ kind: "done", delivery: ref(it), result: `result of ${it.id}` }) as const
    );
    assert.deepEqual(await bench.broker.settle(worker, outcomes), letters.map(() => "settled"));
    const results = await bench.broker.read(ids(letters));
    assert.deepEqual(results, letters.map(({ id }) => ({ kind: "final", text: `result of ${id}` })));
    assert.deepEqual(await bench.broker.publish({ publish: letters }), letters.map(() => "duplicate"));
  },

  "Ten thousand arrivals at one gate open it once, and come in the order of their indices": async (bench) => {
    const count = 10_000;
    const gate = bench.id();
    const body = bench.letter();
    await bench.broker.publish({ hold: [body], gates: [{ id: gate, size: count }] });
    const arrivals = Array.from({ length: count }, (_, i) => {
      const index = (i * 7_919) % count;
      return { gate, index, value: `value ${index}`, hop: hop(body) };
    });
    for (let i = 0; i < count; i += 1_000) {
      await bench.claimNone();
      await bench.broker.publish({ arrive: arrivals.slice(i, i + 1_000) });
    }
    assert.equal((await bench.claimOne(bench.worker())).gate, gate);
    const values = await bench.broker.arrivals(gate);
    assert.deepEqual(values, Array.from({ length: count }, (_, index) => `value ${index}`));
  },

  "A text may hold any character of Unicode": async (bench) => {
    for (const text of STRANGE_TEXTS) await carriesEverywhere(bench, text);
  },

  "A text may be a megabyte long": async (bench) => {
    await carriesEverywhere(bench, megabyte("a"));
  },

  "A text of a megabyte may take several bytes for each character": async (bench) => {
    await carriesEverywhere(bench, "€".repeat(333_333));
  },
};

/** Sends a text through all places where a broker keeps one, and looks whether it comes back as it was. */
async function carriesEverywhere(bench: Bench, text: string): Promise<void> {
  const worker = bench.worker();
  const [first, second, gate] = [bench.letter({ text }), bench.letter({ text }), bench.id()];
  await bench.broker.publish({ publish: [first], hold: [second], gates: [{ id: gate, size: 2 }] });
  assert.equal((await bench.broker.peek("q", 1))[0]?.text, text);
  assert.deepEqual(await bench.broker.held([second.id]), [text]);
  const delivery = await bench.claimOne(worker);
  assert.equal(delivery.text, text);
  await bench.broker.note([{ id: first.id, text }]);
  assert.deepEqual(await bench.read(first.id), { kind: "note", text });
  const arrive = [{ gate, index: 0, value: text, hop: hop(second) }];
  const effects = { send: [{ hop: hop(second), input: text }], arrive };
  await bench.settle(worker, { kind: "done", delivery: ref(delivery), result: text, effects });
  assert.deepEqual(await bench.read(first.id), { kind: "final", text });
  assert.deepEqual(await bench.broker.arrivals(gate), [text]);
  const sent = await bench.claimOne(worker);
  assert.deepEqual([sent.text, sent.input], [text, text]);
  await bench.bury(worker, sent, "reason");
  const [dead] = await bench.broker.dead("q", 1);
  assert.deepEqual([dead?.text, dead?.input], [text, text]);
}
