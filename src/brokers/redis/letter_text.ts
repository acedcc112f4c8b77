/**
 * A letter as one text, so that a script can cut it without parsing:
 *
 *     id (22) · delivery number (2) · kind (1) · expiry (13, with 1) · text · line end and tail (with 2 or 4)
 *
 * The delivery number is that of the next handing out, so that a claim hands out what it took unchanged. The kind is a
 * sum, one character counted from `0`: 1 for an expiry, 2 for an input as the tail, 4 for a gate's id as the tail, 8 when a
 * worker has said that it begins.
 *
 * @module
 */
import type { Delivery, Letter, Moment } from "../../broker.ts";
import { longId } from "./short_id.ts";

const ID_LENGTH = 22;

/** How long the number of a handing out is in the name of a delivery. */
export const DELIVERY_DIGITS = 2;
/** How long the name of a delivery is: a short id with the number of the handing out. */
export const DELIVERY_LENGTH = 24;

const LAST_EXPIRY = 9_999_999_999_999;

/** Whether a letter needs nothing of a script but to be put into its lane: no time that counts from the broker's now. */
export function isPlain({ due, expires }: Letter): boolean {
  return due === undefined && (expires === undefined || "at" in expires);
}

/** A plain letter as a text. */
export function plainLetter(short: string, { expires, text }: Letter): string {
  return expires && "at" in expires ? `${short}011${expiryText(expires.at)}${text}` : `${short}010${text}`;
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
  const id = longId(letter.slice(0, ID_LENGTH));
  const deliveries = Number(letter.slice(ID_LENGTH, DELIVERY_LENGTH));
  const kind = letter.charCodeAt(24) - 48;
  const start = kind % 2 === 1 ? 38 : 25;
  const parts = { id, deliveries, ...(kind >= 8 && { begun: true as const }) };
  if ((kind & 6) === 0) return { ...parts, text: letter.slice(start) };
  const end = letter.indexOf("\n", start);
  const [text, tail] = [letter.slice(start, end), letter.slice(end + 1)];
  return kind & 2 ? { ...parts, text, input: tail } : { ...parts, text, gate: tail };
}

/** A delivery as the seam has it. */
export function readDelivery(letter: string, queue: string, priority: number): Delivery {
  if (letter.startsWith("010", ID_LENGTH)) {
    return { id: longId(letter), queue, priority, text: letter.slice(25), deliveries: 1 };
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
