/** Seals all texts of what a broker is told to do, each for its place. @module */
import type { Arrival, Effects, Letter, Moment, Outcome, Withdrawal } from "../../broker.ts";
import type { TextSealer } from "./text_sealer.ts";

/** Effects with sealed texts. */
export async function sealEffects(effects: Effects, sealer: TextSealer, now: number): Promise<Effects> {
  const { publish, hold, rehold, send, arrive, finish } = effects;
  const letters = (list: readonly Letter[]) => all(list, (letter) => sealLetter(letter, sealer, now));
  return {
    ...effects,
    ...(publish && { publish: await letters(publish) }),
    ...(hold && { hold: await letters(hold) }),
    ...(rehold && { rehold: await letters(rehold) }),
    ...(send && { send: await all(send, (one) => sealSend(one, sealer)) }),
    ...(arrive && { arrive: await all(arrive, (one) => sealArrival(one, sealer)) }),
    ...(finish && {
      finish: await all(finish, async ({ id, result }) => ({ id, result: await sealResult(id, result, sealer) })),
    }),
  };
}

/** An outcome with sealed texts: a message that is to be tried again is sealed anew, so its count is signed too. */
export async function sealOutcome(outcome: Outcome, sealer: TextSealer, now: number): Promise<Outcome> {
  if (outcome.kind === "released" || outcome.kind === "begun") return outcome;
  const { id } = outcome.delivery;
  if (outcome.kind === "again") {
    const { letter, note } = outcome;
    const sealed = await sealLetter(letter, sealer, now);
    return { ...outcome, letter: sealed, ...(note !== undefined && { note: await sealNote(id, note, sealer) }) };
  }
  return { ...outcome, ...await sealEnd(id, outcome, sealer, now) };
}

/** The end of a letter that waits, with sealed texts. */
export async function sealWithdrawal(letter: Withdrawal, sealer: TextSealer, now: number): Promise<Withdrawal> {
  return { ...letter, ...await sealEnd(letter.id, letter, sealer, now) };
}

type TaskEnd = Omit<Withdrawal, "id" | "version">;

async function sealEnd(id: string, { result, effects }: TaskEnd, sealer: TextSealer, now: number): Promise<TaskEnd> {
  return {
    ...(result !== undefined && { result: await sealResult(id, result, sealer) }),
    ...(effects && { effects: await sealEffects(effects, sealer, now) }),
  };
}

/** The text of a note, sealed. */
export function sealNote(id: string, text: string, sealer: TextSealer): Promise<string> {
  return sealer.seal(text, { thing: "note", id });
}

/** The text of a final result, sealed. */
export function sealResult(id: string, text: string, sealer: TextSealer): Promise<string> {
  return sealer.seal(text, { thing: "result", id });
}

async function sealLetter(letter: Letter, sealer: TextSealer, now: number): Promise<Letter> {
  const { id, queue, due, text } = letter;
  return { ...letter, text: await sealer.seal(text, { thing: "message", id, queue, due: timeOf(due, now) }) };
}

function timeOf(moment: Moment | undefined, now: number): number {
  if (moment === undefined) return 0;
  return "in" in moment ? now + moment.in : moment.at;
}

type Send = NonNullable<Effects["send"]>[number];

async function sealSend(send: Send, sealer: TextSealer): Promise<Send> {
  const { hop, input } = send;
  if (input === undefined) return send;
  return { hop, input: await sealer.seal(input, { thing: "input", id: hop.id, queue: hop.queue }) };
}

async function sealArrival(arrival: Arrival, sealer: TextSealer): Promise<Arrival> {
  const { gate, index, value, hop } = arrival;
  return { ...arrival, value: await sealer.seal(value, { thing: "arrival", id: gate, index, to: hop.id }) };
}

function all<T>(list: readonly T[], seal: (one: T) => Promise<T>): Promise<T[]> {
  return Promise.all(list.map(seal));
}
