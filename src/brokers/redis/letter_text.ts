/**
 * A letter as one text, so that a script can cut it without parsing:
 *
 *     id (20) · delivery number (2) · kind (1) · expiry (13, with 1) · text · line end and tail (with 2 or 4)
 *
 * The delivery number is that of the next handing out, so that a claim hands out what it took unchanged. The kind is a
 * sum, one character counted from `0`: 1 for an expiry, 2 for an input as the tail, 4 for a gate's id as the tail, 8 when a
 * worker has said that it begins, 16 for a text that was shortened.
 *
 * Nearly all messages begin and end alike, so that is left out of those that wait: `noop"1,2]` stands for
 * `{"v":1,"task":"noop","data":{"args":[1,2]}}`. It is a matter of characters alone: any text that begins and ends so is
 * shortened, and comes back as it was.
 *
 * @module
 */
import type { Delivery, Letter, Moment } from "../../broker.ts";
import { longId, SHORT_LENGTH } from "./short_id.ts";

/** How long the number of a handing out is in the name of a delivery. */
export const DELIVERY_DIGITS = 2;
/** How long the name of a delivery is: a short id with the number of the handing out. */
export const DELIVERY_LENGTH: number = SHORT_LENGTH + DELIVERY_DIGITS;

/** Where the text begins, and where behind an expiry. */
const TEXT = DELIVERY_LENGTH + 1;
const TEXT_BEHIND_EXPIRY = TEXT + 13;

const SHORTENED = 16;
const HEAD = '{"v":1,"task":"';
const NECK = '","data":{"args":[';
const END = "}}";

const LAST_EXPIRY = 9_999_999_999_999;

/** Whether a letter needs nothing of a script but to be put into its lane: no time that counts from the broker's now. */
export function isPlain({ due, expires }: Letter): boolean {
  return due === undefined && (expires === undefined || "at" in expires);
}

/** A plain letter as a text. */
export function plainLetter(short: string, { expires, text }: Letter): string {
  const begin = text.endsWith(END) ? beginningOf(text) : undefined;
  const body = begin ? begin.short + text.slice(begin.whole.length, -END.length) : text;
  if (expires && "at" in expires) return `${short}01${begin ? "A" : "1"}${expiryText(expires.at)}${body}`;
  return `${short}01${begin ? "@" : "0"}${body}`;
}

/** What a text begins with, and what stands for it. */
interface Beginning {
  readonly whole: string;
  readonly short: string;
}

/** The last one that was met: most letters begin as the one before. */
let met: Beginning | undefined;

/** The beginning that is left out of a text, where it has one. */
function beginningOf(text: string): Beginning | undefined {
  if (met && text.startsWith(met.whole)) return met;
  const quote = text.startsWith(HEAD) ? text.indexOf('"', HEAD.length) : -1;
  if (quote === -1 || !text.startsWith(NECK, quote)) return undefined;
  return met = { whole: text.slice(0, quote + NECK.length), short: text.slice(HEAD.length, quote + 1) };
}

/** The text that a shortened one stands for. */
function whole(short: string): string {
  const quote = short.indexOf('"');
  return `${HEAD}${short.slice(0, quote)}${NECK}${short.slice(quote + 1)}${END}`;
}

function expiryText(at: number): string {
  return String(Math.floor(Math.min(Math.max(at, 0), LAST_EXPIRY))).padStart(13, "0");
}

/** A moment as scripts read it: nothing, `+` and milliseconds from now, or milliseconds since the Unix epoch. */
export function momentText(moment: Moment | undefined): string {
  if (moment === undefined) return "";
  return "in" in moment ? `+${moment.in}` : String(moment.at);
}

/** The name of a delivery, by which it stands in its worker's hands. */
export function deliveryField(short: string, deliveries: number): string {
  return short + String(deliveries).padStart(2, "0");
}

/** The number of the handing out in the name of a delivery. */
export function deliveriesOf(field: string): number {
  return Number(field.slice(-DELIVERY_DIGITS));
}

/** What a letter's text says, besides where it stands. */
export interface LetterParts {
  readonly id: string;
  readonly deliveries: number;
  readonly text: string;
  readonly input?: string;
  readonly gate?: string;
  readonly begun?: true;
}

/** Takes a letter's text apart. */
export function readLetter(letter: string): LetterParts {
  const id = longId(letter.slice(0, SHORT_LENGTH));
  const deliveries = Number(letter.slice(SHORT_LENGTH, DELIVERY_LENGTH));
  const kind = letter.charCodeAt(DELIVERY_LENGTH) - 48;
  const start = kind % 2 === 1 ? TEXT_BEHIND_EXPIRY : TEXT;
  const parts = { id, deliveries, ...((kind & 8) !== 0 && { begun: true as const }) };
  if (kind & SHORTENED) return { ...parts, text: whole(letter.slice(start)) };
  if ((kind & 6) === 0) return { ...parts, text: letter.slice(start) };
  const end = letter.indexOf("\n", start);
  const [text, tail] = [letter.slice(start, end), letter.slice(end + 1)];
  return kind & 2 ? { ...parts, text, input: tail } : { ...parts, text, gate: tail };
}

/** A delivery as the seam has it. */
export function readDelivery(letter: string, queue: string, priority: number): Delivery {
  if (letter.startsWith("01@", SHORT_LENGTH)) {
    return { id: longId(letter), queue, priority, text: whole(letter.slice(TEXT)), deliveries: 1 };
  }
  const { id, deliveries, text, input, gate, begun } = readLetter(letter);
  return {
    ...{ id, queue, priority, text, deliveries },
    ...(begun && { begun }),
    ...(input !== undefined && { input }),
    ...(gate !== undefined && { gate }),
  };
}

/**
 * Refuses a text that would be cut where its letter is given an input.
 *
 * @throws {RangeError} when it has a line end
 */
export function checkOneLine(text: string): void {
  if (text.includes("\n")) throw new RangeError("Cannot keep a letter as its text must be one line: it has a line end");
}
