/** What the end of deliveries asks of the scripts. @module */
import { groupBy } from "../../base/group_by.ts";
import type { Effects, Outcome } from "../../broker.ts";
import type { CallPart } from "./claiming.ts";
import type { Keys } from "./keys.ts";
import { checkOneLine, deliveriesOf, DELIVERY_DIGITS, deliveryField, momentText } from "./letter_text.ts";
import { Program } from "./program.ts";
import { addEffects } from "./program_effects.ts";
import type { Retention } from "./retention.ts";
import type { Script } from "./script.ts";
import { turn, turnEffects } from "./scripts.gen.ts";
import type { Held, Session } from "./session.ts";
import { bucketOf, shortId } from "./short_id.ts";

/** A script call. */
export interface ScriptCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** The outcomes in the order of the call. */
  readonly order: readonly Ending[];
}

/** What the outcomes of one partition are settled with. */
export interface SettleContext {
  readonly keys: Keys;
  readonly retention: Retention;
  readonly incarnation: string;
}

/** An outcome on its way. */
export interface Ending {
  readonly outcome: Outcome;
  /** Its place among all that are settled together. */
  readonly place: number;
  /** The name of its delivery, by which that stands in its worker's hands. */
  readonly field: string;
  /** What this process knows of its delivery, if it was handed out here. */
  readonly held: Held | undefined;
}

/** An outcome as it goes on its way. */
export function endingOf(outcome: Outcome, place: number, session: Session): Ending {
  const { id, deliveries } = outcome.delivery;
  const known = session.held.get(id);
  const held = known && deliveriesOf(known.field) === deliveries ? known : undefined;
  return { outcome, place, field: held?.field ?? deliveryField(shortId(id), deliveries), held };
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
export function settleCall(context: SettleContext, endings: readonly Ending[], claim: CallPart): ScriptCall {
  const plain = endings.every(({ outcome }) => isPlainEnd(outcome));
  return plain ? plainCall(context, endings, claim) : programCall(context, endings, claim);
}

function plainCall({ keys, retention }: SettleContext, endings: readonly Ending[], claim: CallPart): ScriptCall {
  const buckets = byBucket(endings);
  const marks = buckets.map(([bucket]) => keys.marks(bucket));
  const watchers = buckets.map(([bucket]) => keys.watchers(bucket));
  const list = [...marks, ...watchers, keys.over, ...claim.keys];
  const args = [String(buckets.length), ...claim.args];
  buckets.forEach(([, { length }], i) => args.push(String(length), retention.timeFor(marks[i] ?? "")));
  const order = buckets.length === 1 ? endings : buckets.flatMap(([, ends]) => ends);
  for (const { field } of order) args.push(field);
  for (const { outcome } of order) args.push(markOf(outcome));
  const aged = buckets.some(([, [first]]) => first && retention.isAged(first.outcome.delivery.id));
  if (aged) args.push(String(list.push(keys.kept)));
  return { script: turn, keys: list, args, order };
}

/** Outcomes by the buckets of their ids: most often they are all of one. */
function byBucket(endings: readonly Ending[]): [bucket: string, ends: readonly Ending[]][] {
  const [first] = endings;
  if (!first) return [];
  const bucket = bucketOf(first.field);
  if (endings.every(({ field }) => field.startsWith(bucket))) return [[bucket, endings]];
  return [...groupBy(endings, ({ field }) => bucketOf(field))];
}

function markOf(outcome: Outcome): string {
  if ("result" in outcome && outcome.result !== undefined) return `F${outcome.result}`;
  return outcome.kind === "buried" ? "B" : "E";
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
