import { describe, expect, test } from "bun:test";
import { newId } from "../../src/base/ids.ts";
import type { Effects, Letter, Outcome } from "../../src/broker.ts";
import { checkClaim, checkEffects, checkLimit, checkOutcomes, checkQueue } from "../../src/brokers/checks.ts";

const id = newId();
const letter: Letter = { id, queue: "q", priority: 5, text: "secret" };
const hop = { id, queue: "q", priority: 5 };
const ada = { incarnation: "1", name: "ada", lease: 1_000 };

/** Effects that are not sane, and what is said of them. */
const EFFECTS: readonly (readonly [Effects, string])[] = [
  [{ publish: [{ ...letter, priority: 10 }] }, "priority must be a whole number from 0 to 9: current value is 10"],
  [{ publish: [{ ...letter, id: "x" }] }, 'id must be a UUID in lower case: current value is "x"'],
  [{ publish: [{ ...letter, queue: "" }] }, "queue must be 1 to 200 characters long and without control characters"],
  [{ hold: [{ ...letter, queue: "a\nb" }] }, "Cannot hold a letter as its queue must be 1 to 200 characters long"],
  [{ rehold: [{ ...letter, queue: "\u0000" }] }, "Cannot hold a letter as its queue must be 1 to 200"],
  [{ publish: [{ ...letter, due: { in: NaN } }] }, "due must be a finite number of milliseconds: current value is NaN"],
  [{ publish: [{ ...letter, expires: { at: Infinity } }] }, "expires must be a finite number of milliseconds"],
  [{ gates: [{ id, size: 0 }] }, "Cannot set up a gate as its size must be a whole number of at least 1"],
  [{ arrive: [{ gate: id, index: -1, value: "", hop }] }, "index must be a whole number of at least 0"],
  [{ arrive: [{ gate: "", index: 0, value: "", hop }] }, "gate must be not empty"],
  [{ send: [{ hop: { ...hop, priority: -1 } }] }, "Cannot send a letter as its priority must be"],
  [{ finish: [{ id: "", result: "" }] }, "Cannot finish a task as its id must be not empty"],
];

describe("What is not sane is refused", () => {
  for (const [effects, words] of EFFECTS) {
    test(words, () => {
      expect(() => checkEffects(effects)).toThrow(words);
      expect(() => checkEffects(effects)).not.toThrow("secret");
      const outcome: Outcome = { kind: "done", delivery: { id, deliveries: 1 }, effects };
      expect(() => checkOutcomes([outcome])).toThrow(words);
    });
  }

  test("a text that is none, by its type and not by its value", () => {
    const wrong: Letter = JSON.parse(JSON.stringify({ ...letter, text: ["secret"] }));
    const words = "Cannot publish a letter as its text must be a string: current value is object";
    expect(() => checkEffects({ publish: [wrong] })).toThrow(new TypeError(words));
  });

  test("a task that would run again under another id", () => {
    const outcome: Outcome = { kind: "again", delivery: { id: newId(), deliveries: 1 }, letter };
    expect(() => checkOutcomes([outcome])).toThrow("Cannot run a task again as its id must be that of its delivery");
  });

  test("a claim of a strange number, a worker without lease, a limit below zero", () => {
    expect(() => checkClaim(ada, { queues: ["q"], max: -1 })).toThrow("max must be a whole number of at least 0");
    expect(() => checkClaim(ada, { queues: [""], max: 1 })).toThrow("Cannot claim letters as its queue must be");
    expect(() => checkClaim({ ...ada, lease: 0 }, { queues: [], max: 1 })).toThrow("lease must be a positive number");
    expect(() => checkClaim({ ...ada, incarnation: "" }, { queues: [], max: 1 })).toThrow(
      "incarnation must be not empty",
    );
    expect(() => checkLimit(1.5, "peek at a queue")).toThrow("Cannot peek at a queue as its limit must be");
    expect(() => checkQueue("q".repeat(201), "pause a queue")).toThrow("Cannot pause a queue as its queue must be");
  });

  test("nothing that is sane", () => {
    const moments = { due: { in: -5 }, expires: { at: 0 } };
    const arrive = [{ gate: id, index: 0, value: "", hop }];
    const finish = [{ id: "any key", result: "" }];
    checkEffects({});
    checkEffects({ publish: [{ ...letter, ...moments, text: "" }], hold: [letter], gates: [{ id, size: 1 }] });
    checkEffects({ send: [{ hop }, { hop, input: "" }], arrive, finish, drop: [id], close: [id] });
    checkOutcomes([{ kind: "again", delivery: { id, deliveries: 1 }, letter }]);
    checkClaim(ada, { queues: [], max: 0 });
  });
});
