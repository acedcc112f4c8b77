import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { brokerConformance, conformanceTests } from "../../../src/testing/conformance/conformance.ts";
import type { CreateBroker } from "../../../src/testing/conformance/fixture.ts";
import { brokerModel } from "../../../src/testing/model/model.ts";
import { createMemory } from "../../brokers/memory/memory_fixture.ts";
import * as wrong from "../broken_brokers.ts";

/** Which of these tests a broker does not pass. */
async function failing(create: CreateBroker, names: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const name of names) {
    const found = conformanceTests.find((it) => it.name === name);
    if (!found) throw new Error(`There is no test ${JSON.stringify(name)}`);
    await found.run(create).catch(() => failed.push(name));
  }
  return failed;
}

/** Always the same runs: whether one is found that fails is not left to chance. */
const SEED = 20_261_127;

/** Runs the model-based test by hand. */
async function model(create: CreateBroker): Promise<void> {
  const tests: (() => Promise<void>)[] = [];
  brokerModel({ name: "broken", create, fc, runs: 1_000, seed: SEED, test: (_, run) => void tests.push(run) });
  for (const run of tests) await run();
}

/** What each broken broker does, and the tests that must catch it. */
const BROKEN: readonly { readonly what: string; readonly how: wrong.Break; readonly tests: readonly string[] }[] = [
  {
    what: "loses a letter",
    how: wrong.losesALetter,
    tests: [
      "A thousand letters are published, claimed and settled in one step each",
      "A letter is handed out to one worker only",
    ],
  },
  {
    what: "ignores fencing",
    how: wrong.ignoresFencing,
    tests: [
      "A worker cannot settle what another holds",
      "An outcome of an earlier handing out is lost, though the same worker got the letter again",
      "A worker that comes back from the dead cannot settle what another owns",
    ],
  },
  { what: "opens a gate twice", how: wrong.opensAGateTwice, tests: ["A gate opens once"] },
  {
    what: "forgets the order",
    how: wrong.forgetsOrder,
    tests: [
      "Letters are handed out in the order in which they came",
      "Priorities are served from 9 down to 0",
      "What a dead worker held comes back in its order",
    ],
  },
  {
    what: "hands letters out before their time",
    how: wrong.isImpatient,
    tests: ["A letter that is due in some time is handed out then, and not before"],
  },
  {
    what: "settles by halves",
    how: wrong.settlesByHalves,
    tests: [
      "An outcome has all its effects in one step",
      "Members that arrive with their outcomes open the gate exactly once, however they are settled",
    ],
  },
  {
    what: "forgets ids",
    how: wrong.forgetsIds,
    tests: ["An id that waits is a duplicate, and what waits stays as it was"],
  },
];

describe("A broker is caught that", () => {
  for (const { what, how, tests } of BROKEN) {
    const create = wrong.broken(how);
    test(`${what}, by the suite`, async () => expect(await failing(create, tests)).toEqual(tests), 60_000);
    test(`${what}, by the model, which tells the seed and the steps`, async () => {
      const error: unknown = await model(create).then(() => undefined, (reason: unknown) => reason);
      if (!(error instanceof Error)) throw new Error("The model agreed with it");
      expect(error.message).toContain(`seed: ${SEED}`);
      expect(`${error.message} ${error.cause}`).toMatch(/after\n {2}\w/);
    }, 120_000);
  }
});

describe("The conformance suite", () => {
  const register = (names: string[]) => (name: string) => void names.push(name);

  test("has tests with names of their own", () => {
    const names = conformanceTests.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("passes on the broker that the broken ones are made of", async () => {
    const names = BROKEN.flatMap(({ tests }) => tests);
    expect(await failing(createMemory, names)).toEqual([]);
  }, 60_000);

  test("leaves out what is named as a gap, and nothing else", () => {
    const [all, some]: [string[], string[]] = [[], []];
    brokerConformance({ name: "x", create: createMemory, test: register(all) });
    const gaps = [{ reason: "A gate is not there", tests: ["A gate opens once"] }];
    brokerConformance({ name: "x", create: createMemory, test: register(some), gaps });
    expect(all.filter((name) => !some.includes(name))).toEqual(["x: A gate opens once"]);
  });

  test("refuses a gap that names no test", () => {
    const gaps = [{ reason: "It is not there", tests: ["A gate opens thrice"] }];
    const run = () => brokerConformance({ name: "x", create: createMemory, test: register([]), gaps });
    expect(run).toThrow('as its name must be that of one in the suite: current value is "A gate opens thrice"');
  });
});
