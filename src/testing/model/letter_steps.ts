/** Steps of whoever publishes: letters, held letters, gates. @module */

import type { Arrival, Effects, Letter } from "../../broker.ts";
import { hop, ids } from "../conformance/bench.ts";
import type { Choices } from "./fast_check.ts";
import type { Step } from "./steps.ts";
import { QUEUES, type World } from "./world.ts";

/** The delays of letters, in milliseconds: most have none. */
const DELAYS: readonly number[] = [0, 0, 0, 30, 50];

/** What letters of a run differ in. */
export function drawFields(world: World, choices: Choices): Pick<Letter, "queue" | "priority" | "due" | "expires"> {
  const delay = choices.of(DELAYS) ?? 0;
  return {
    queue: choices.of(QUEUES) ?? "a",
    priority: choices.of([5, 0, 9]) ?? 5,
    ...(delay > 0 && { due: { in: delay } }),
    // Odd, so that with a clock in our hand no letter is claimed at the very millisecond of its expiry.
    ...(choices.oneIn(8) && { expires: { in: world.bench.fakesTime ? 4_001 : 40 } }),
  };
}

/** Effects that an outcome may have, besides. */
export function drawEffects(world: World, choices: Choices): Effects {
  const held = choices.of(world.state.at(["held"]));
  const kinds: readonly (() => Effects)[] = [
    () => ({}),
    () => ({ publish: [world.letter(drawFields(world, choices))] }),
    () => ({ hold: [world.letter(drawFields(world, choices))] }),
    () => (held ? { send: [{ hop: hop(held), input: `input ${choices.below(100)}` }] } : {}),
    () => ({ arrive: drawArrivals(world, choices, 1) }),
    () => (held ? { rehold: [{ ...held.letter, text: "held again" }] } : {}),
    () => (held ? { finish: [{ id: held.id, result: "upstream failed" }], drop: [held.id] } : {}),
  ];
  return choices.of(kinds)?.() ?? {};
}

/** Publishes new letters, some of them twice. */
export const publishLetters: Step = async (world, choices) => {
  const letters = Array.from({ length: 1 + choices.below(4) }, () => world.letter(drawFields(world, choices)));
  const again = choices.oneIn(4) ? letters.slice(0, 1) : [];
  world.tell(`publish ${world.describe([...letters, ...again])}`);
  await world.publish({ publish: [...letters, ...again] });
};

/** Publishes ids that are known, with effects that must not be. */
export const repeatPublish: Step = async (world, choices) => {
  const known = choices.of(world.state.at(["waiting", "active", "limbo", "dead", "over", "held"]));
  if (!known) return;
  const gates = [...world.state.gates.keys()].slice(0, 1).map((id) => ({ id, size: 1 }));
  world.tell(`publish ${world.name(known.id)} again`);
  await world.publish({ publish: [{ ...known.letter, text: "another text" }], gates });
};

/** Holds letters. */
export const holdLetters: Step = async (world, choices) => {
  const letters = [1, 2].map(() => world.letter(drawFields(world, choices)));
  world.tell(`hold ${world.describe(letters)}`);
  await world.publish({ hold: letters });
};

/** Holds a letter again under an id that is known, whatever became of it. */
export const holdAgain: Step = async (world, choices) => {
  const it = choices.of(world.state.at(["held", "over", "waiting", "active", "limbo", "dead"]));
  if (!it) return;
  const letter = { ...drawFields(world, choices), id: it.id, text: `another text of ${world.name(it.id)}` };
  world.tell(`hold ${world.describe([letter])} again`);
  await world.publish({ rehold: [letter] });
};

/** Sends letters, held ones and others. */
export const sendLetters: Step = async (world, choices) => {
  const [held, any] = [choices.of(world.state.at(["held"])), choices.of([...world.state.letters.values()])];
  const hops = [held, choices.oneIn(3) ? any : undefined].filter((it) => it !== undefined);
  const send = hops.map(({ id }) => ({
    hop: { id, queue: choices.of(QUEUES) ?? "a", priority: choices.of([5, 9]) ?? 5 },
    input: `input ${choices.below(100)}`,
  }));
  world.tell(`send ${world.name(...ids(hops))}`);
  await world.publish({ send });
};

/** Sets up a gate with its body, sends its members on their way, and repeats the request now and then. */
export const setUpGate: Step = async (world, choices) => {
  const [member, body] = [world.letter(drawFields(world, choices)), world.letter(drawFields(world, choices))];
  const effects: Effects = {
    publish: [member],
    hold: [body],
    gates: [{ id: world.gate(body), size: 1 + choices.below(3) }],
  };
  world.tell(`publish ${world.describe([member])} with a gate for ${world.describe([body])}`);
  await world.publish(effects);
  if (choices.oneIn(3)) await world.publish(effects);
};

/** Lets values arrive at a gate. */
export const arrive: Step = async (world, choices) => {
  const arrivals = drawArrivals(world, choices, 1 + choices.below(2));
  world.tell(`arrive ${arrivals.map(({ index, hop: { id } }) => `with ${index} at the gate for ${world.name(id)}`)}`);
  await world.publish({ arrive: arrivals });
};

/** Makes a gate grow, with a new member, or closes it. */
export const changeGate: Step = async (world, choices) => {
  const gate = choices.of([...world.gates.keys()]);
  if (!gate) return;
  if (choices.oneIn(3)) {
    world.tell("close a gate");
    await world.publish({ close: [gate] });
    return;
  }
  const member = world.letter(drawFields(world, choices));
  world.tell(`let a gate grow by ${world.name(member.id)}`);
  const grows = choices.oneIn(2) ? true : undefined;
  await world.publish({ publish: [member], gates: [{ id: gate, size: 1, ...(grows && { grows }) }] });
};

function drawArrivals(world: World, choices: Choices, count: number): Arrival[] {
  const gate = choices.of([...world.gates.keys()]);
  const body = gate && world.gates.get(gate);
  if (!body) return [];
  return Array.from({ length: count }, () => {
    const index = choices.below(4);
    return { gate, index, value: `value ${index} ${choices.below(100)}`, hop: hop(body) };
  });
}
