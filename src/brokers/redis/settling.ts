/** What the end of deliveries asks of the scripts. @module */
import type { Outcome } from "../../broker.ts";
import type { CallPart } from "./claiming.ts";
import { type Ending, markOf, type ScriptCall, type SettleContext } from "./ending.ts";
import type { Keys } from "./keys.ts";
import { checkOneLine, DELIVERY_DIGITS, momentText } from "./letter_text.ts";
import { arePlainEnds, endsCall } from "./plain_ends.ts";
import { Program } from "./program.ts";
import { addEffects } from "./program_effects.ts";
import { turnEffects } from "./scripts.gen.ts";
import type { Held } from "./session.ts";

/** The call that settles outcomes and claims. */
export function settleCall(context: SettleContext, endings: readonly Ending[], claim: CallPart): ScriptCall {
  return arePlainEnds(endings) ? endsCall(context, endings, claim) : programCall(context, endings, claim);
}

function programCall(context: SettleContext, endings: readonly Ending[], claim: CallPart): ScriptCall {
  const { keys, retention } = context;
  const program = new Program(keys, retention);
  const order = inOrderOfHandingOut(endings);
  for (const ending of order) addOutcome(program, context, ending);
  return {
    script: turnEffects,
    // Behind the program's keys in a row of their own, though some of them stand among those too.
    keys: [...program.keys, keys.over, ...claim.keys],
    args: [String(program.keys.length + 1), ...claim.args, ...program.args()],
    order,
  };
}

/** Letters that are given back come last, in the order in which they were handed out. */
function inOrderOfHandingOut(endings: readonly Ending[]): readonly Ending[] {
  if (!endings.some(({ outcome }) => outcome.kind === "released")) return endings;
  const rank = ({ outcome, held }: Ending) => outcome.kind === "released" ? held?.rank ?? Infinity : -1;
  return endings.toSorted((a, b) => rank(a) - rank(b) || a.place - b.place);
}

function addOutcome(program: Program, context: SettleContext, ending: Ending): void {
  const { keys, incarnation } = context;
  const { outcome, field, held } = ending;
  const short = field.slice(0, -DELIVERY_DIGITS);
  program.read(keys.flight(incarnation), field);
  const start = program.steps.push("outcome", field, "") - 1;
  switch (outcome.kind) {
    case "released":
      addReturn(program, held);
      break;
    case "begun":
      program.steps.push("begun", field);
      break;
    case "again":
      addAgain(program, short, outcome);
      break;
    case "buried":
      addBurial(program, keys, short, outcome, held);
      addEnd(program, keys, short, outcome);
      break;
    case "done":
      addEnd(program, keys, short, outcome);
  }
  program.steps[start] = String(program.steps.length - start - 1);
}

function addReturn(program: Program, held: Held | undefined): void {
  if (held) program.steps.push("back", program.route(held.queue, held.priority));
}

function addAgain(program: Program, short: string, { letter, note }: Outcome & { kind: "again" }): void {
  checkOneLine(letter.text);
  if (note !== undefined) program.steps.push("note", program.marks(short), short, note, program.watchers(short));
  const route = program.route(letter.queue, letter.priority);
  program.steps.push("again", short, route, momentText(letter.due), momentText(letter.expires), letter.text);
  program.steps.push(program.kept(letter.id, short), program.keep(letter));
}

function addBurial(
  program: Program,
  keys: Keys,
  short: string,
  { delivery, reason }: Outcome & { kind: "buried" },
  held: Held | undefined,
): void {
  if (!held) return;
  const kept = program.kept(delivery.id, short);
  program.steps.push("bury", program.place(keys.dead(held.queue)), kept, short, JSON.stringify(reason));
}

/** Adds the end of a task, with its effects. */
export function addEnd(
  program: Program,
  keys: Keys,
  short: string,
  outcome: Outcome & { kind: "done" | "buried" },
): void {
  const kept = program.kept(outcome.delivery.id, short);
  // What is buried stays known: only the end of a task that is not lets go of its id.
  const release = outcome.kind === "done" ? "release" : "";
  const seldom = [keys.revoked, keys.over].map((key) => program.place(key));
  program.steps.push("over", program.marks(short), short, markOf(outcome), program.watchers(short));
  program.steps.push(...seldom, kept, release);
  program.expire(short);
  if (outcome.effects) addEffects(program, outcome.effects);
}
