/** What the end of deliveries asks of the scripts. @module */
import type { DeliveryRef, Effects, Outcome } from "../../broker.ts";
import type { CallPart } from "./claiming.ts";
import type { Keys } from "./keys.ts";
import { checkOneLine, deliveryField, momentText } from "./letter_text.ts";
import { Program } from "./program.ts";
import { addEffects } from "./program_effects.ts";
import type { Retention } from "./retention.ts";
import type { Script } from "./script.ts";
import { turn, turnEffects } from "./scripts.gen.ts";
import type { Origin } from "./session.ts";
import { bucketOf, shortId } from "./short_id.ts";

/** A script call. */
export interface ScriptCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** Places in the call of the outcomes, counted from one, by their places in the list. */
  readonly order: readonly number[];
}

/** What the outcomes of one partition are settled with. */
export interface SettleContext {
  readonly keys: Keys;
  readonly retention: Retention;
  readonly incarnation: string;
  /** Where deliveries came from. */
  readonly origins: ReadonlyMap<string, Origin>;
}

/** The name of a delivery, by which it stands in its worker's hands. */
export function fieldOfDelivery({ id, deliveries }: DeliveryRef): string {
  return deliveryField(shortId(id), deliveries);
}

/** Whether an outcome is plainly the end of a task: that is what most are, and has a script of its own. */
export function isPlainEnd(outcome: Outcome): boolean {
  return outcome.kind === "done" &&
    (outcome.effects === undefined ||
      Object.values(outcome.effects).every((list: Effects[keyof Effects]) => !list?.length));
}

/** Whether one has to know where its delivery came from to settle it. */
export function needsOrigin({ kind }: Outcome): boolean {
  return kind === "released" || kind === "buried";
}

/** The call that settles outcomes and claims. */
export function settleCall(context: SettleContext, outcomes: readonly Outcome[], claim: CallPart): ScriptCall {
  return outcomes.every(isPlainEnd) ? plainCall(context, outcomes, claim) : programCall(context, outcomes, claim);
}

interface BucketOfEnds {
  readonly fields: string[];
  readonly marks: string[];
  readonly places: number[];
}

function plainCall({ keys, retention }: SettleContext, outcomes: readonly Outcome[], claim: CallPart): ScriptCall {
  const buckets = new Map<string, BucketOfEnds>();
  let aged = false;
  outcomes.forEach((outcome, place) => {
    const short = shortId(outcome.delivery.id);
    const name = bucketOf(short);
    let bucket = buckets.get(name);
    if (!bucket) {
      buckets.set(name, bucket = { fields: [], marks: [], places: [] });
      aged ||= retention.isAged(outcome.delivery.id);
    }
    bucket.fields.push(deliveryField(short, outcome.delivery.deliveries));
    bucket.marks.push(markOf(outcome));
    bucket.places.push(place);
  });
  const marks = [...buckets.keys()].map((name) => keys.marks(name));
  const list = [...marks, ...[...buckets.keys()].map((name) => keys.watchers(name)), keys.over, ...claim.keys];
  const ends = [...buckets.values()];
  const args = [String(buckets.size), ...claim.args];
  ends.forEach(({ fields }, i) => args.push(String(fields.length), retention.timeFor(marks[i] ?? "")));
  for (const { fields } of ends) args.push(...fields);
  for (const bucket of ends) args.push(...bucket.marks);
  if (aged) args.push(String(list.push(keys.kept)));
  return { script: turn, keys: list, args, order: ends.flatMap(({ places }) => places) };
}

function markOf(outcome: Outcome): string {
  if ("result" in outcome && outcome.result !== undefined) return `F${outcome.result}`;
  return outcome.kind === "buried" ? "B" : "E";
}

function programCall(context: SettleContext, outcomes: readonly Outcome[], claim: CallPart): ScriptCall {
  const { keys, retention, origins } = context;
  const program = new Program(keys, retention);
  const order = inOrderOfHandingOut(outcomes, origins);
  for (const place of order) {
    const outcome = outcomes[place];
    if (outcome) addOutcome(program, context, outcome);
  }
  return {
    script: turnEffects,
    // Behind the program's keys in a row of their own, though some of them stand among those too.
    keys: [...program.keys, keys.over, ...claim.keys],
    args: [String(program.keys.length + 1), ...claim.args, ...program.args()],
    order,
  };
}

/** The places of the outcomes: letters that are given back come in the order in which they were handed out. */
function inOrderOfHandingOut(outcomes: readonly Outcome[], origins: ReadonlyMap<string, Origin>): number[] {
  const order = outcomes.map((_, place) => place);
  if (!outcomes.some(({ kind }) => kind === "released")) return order;
  const ranks = new Map([...origins.keys()].map((field, rank) => [field, rank]));
  const rankOf = (place: number) => {
    const outcome = outcomes[place];
    return outcome?.kind === "released" ? ranks.get(fieldOfDelivery(outcome.delivery)) ?? Infinity : -1;
  };
  return order.sort((a, b) => rankOf(a) - rankOf(b) || a - b);
}

function addOutcome(program: Program, context: SettleContext, outcome: Outcome): void {
  const { keys, incarnation, origins } = context;
  const field = fieldOfDelivery(outcome.delivery);
  program.read(keys.flight(incarnation), field);
  const start = program.steps.push("outcome", field, "") - 1;
  switch (outcome.kind) {
    case "released":
      addReturn(program, origins.get(field));
      break;
    case "again":
      addAgain(program, outcome);
      break;
    case "buried":
      addBurial(program, keys, outcome, origins.get(field));
      addEnd(program, keys, outcome);
      break;
    case "done":
      addEnd(program, keys, outcome);
  }
  program.steps[start] = String(program.steps.length - start - 1);
}

function addReturn(program: Program, origin: Origin | undefined): void {
  if (origin) program.steps.push("back", program.route(origin.queue, origin.priority));
}

function addAgain(program: Program, { letter, note }: Outcome & { kind: "again" }): void {
  checkOneLine(letter.text);
  const short = shortId(letter.id);
  if (note !== undefined) program.steps.push("note", program.marks(short), short, note, program.watchers(short));
  const route = program.route(letter.queue, letter.priority);
  program.steps.push("again", short, route, momentText(letter.due), momentText(letter.expires), letter.text);
  program.steps.push(program.kept(letter.id, short), program.keep(letter));
}

function addBurial(
  program: Program,
  keys: Keys,
  { delivery, reason }: Outcome & { kind: "buried" },
  origin: Origin | undefined,
): void {
  if (!origin) return;
  const short = shortId(delivery.id);
  const kept = program.kept(delivery.id, short);
  program.steps.push("bury", program.place(keys.dead(origin.queue)), kept, short, JSON.stringify(reason));
}

function addEnd(program: Program, keys: Keys, outcome: Outcome & { kind: "done" | "buried" }): void {
  const { id } = outcome.delivery;
  const short = shortId(id);
  const kept = program.kept(id, short);
  // What is buried stays known: only the end of a task that is not lets go of its id.
  const release = outcome.kind === "done" ? "release" : "";
  const seldom = [keys.revoked, keys.over].map((key) => program.place(key));
  program.steps.push("over", program.marks(short), short, markOf(outcome), program.watchers(short));
  program.steps.push(...seldom, kept, release);
  program.expire(short);
  if (outcome.effects) addEffects(program, outcome.effects);
}
