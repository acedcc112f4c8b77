/**
 * The stamp: the seal as it stands in a text, as the last member of its JSON object.
 *
 *     {"v":1,"task":"mail","data":{...},"seal":{"alg":"hmac","key":"k1","at":1795823443851,"queue":"default","sig":"..."}}
 *
 * What is signed is the very text before it, byte for byte, with all that the stamp says and what the text is for. So
 * there is no canonical form to disagree about, and a field that this version does not know is signed like all others.
 *
 * @module
 */
import { fromBase64Text, toBase64 } from "../../base/base64.ts";
import { isPlainObject, parseJson } from "../../base/json.ts";
import type { SealAlgorithm } from "./key_ring.ts";
import type { SealedThing } from "./seal_error.ts";

/** What a stamp says. */
export interface StampFacts {
  readonly alg: SealAlgorithm;
  /** The id of the key. */
  readonly key: string;
  /** From when on its age counts: when it was sealed, or when it is due, where that is later. */
  readonly at: number;
  /** The queue of a message, or of the one that an input is for. */
  readonly queue?: string | undefined;
  /** The index of an arrival at its gate. */
  readonly index?: number | undefined;
  /** The letter that an arrival is for. */
  readonly to?: string | undefined;
  /** The text is not the object itself, it is the member `text` of it. */
  readonly raw?: true | undefined;
}

/** A text, and what its stamp says. */
export interface Stamped {
  readonly text: string;
  readonly facts: StampFacts;
  readonly sig: Uint8Array<ArrayBuffer>;
}

const MARK = '"seal":{';

/** A text that a stamp can be put into as it is. */
export function isObjectText(text: string): boolean {
  return text === "{}" || (text.startsWith('{"') && text.endsWith("}"));
}

/** The text with a stamp in it. */
export function stamp(text: string, facts: StampFacts, sig: Uint8Array): string {
  return `${text.slice(0, -1)}${text === "{}" ? "" : ","}${stampText(facts, toBase64(sig))}`;
}

function stampText({ alg, key, at, queue, index, to, raw }: StampFacts, sig: string): string {
  return `"seal":${JSON.stringify({ alg, key, at, queue, index, to, raw, sig })}}`;
}

/** What a signature signs. */
export function signedBytes(text: string, thing: SealedThing, id: string, facts: StampFacts): Uint8Array<ArrayBuffer> {
  const { alg, key, at, queue = null, index = null, to = null, raw = false } = facts;
  return new TextEncoder().encode(
    `${JSON.stringify(["umbel seal 1", thing, id, alg, key, at, queue, index, to, raw])}\n${text}`,
  );
}

/** Takes the stamp off a text; undefined where there is none that could be one. */
export function unstamp(stamped: string): Stamped | undefined {
  const from = stamped.lastIndexOf(MARK);
  if (from < 1 || !stamped.endsWith("}}")) return undefined;
  const parsed = parsedStamp(stamped.slice(from + MARK.length - 1, -1));
  // Written anew, it must be what was read: so no two texts have the same stamp.
  if (parsed === undefined || stampText(parsed.facts, toBase64(parsed.sig)) !== stamped.slice(from)) return undefined;
  const before = stamped.slice(0, from);
  if (before !== "{" && !before.endsWith(",")) return undefined;
  return { ...parsed, text: `${before === "{" ? before : before.slice(0, -1)}}` };
}

function parsedStamp(text: string): Omit<Stamped, "text"> | undefined {
  try {
    const raw = parseJson(text);
    if (!isPlainObject(raw) || typeof raw.sig !== "string") return undefined;
    const { sig, ...facts } = raw;
    return isFacts(facts) ? { facts, sig: fromBase64Text(sig) } : undefined;
  } catch {
    return undefined;
  }
}

function isFacts(facts: Record<string, unknown>): facts is Record<string, unknown> & StampFacts {
  const { alg, key, at, queue, index, to, raw } = facts;
  return (alg === "hmac" || alg === "ed25519") && typeof key === "string" && typeof at === "number" &&
    isOptional(queue, "string") && isOptional(index, "number") && isOptional(to, "string") &&
    (raw === undefined || raw === true);
}

function isOptional(value: unknown, type: "string" | "number"): boolean {
  return value === undefined || typeof value === type;
}

/** Whether a text has something in the place of a seal. */
export function hasSeal(text: string): boolean {
  if (!text.includes('"seal"')) return false;
  try {
    const parsed = parseJson(text);
    return isPlainObject(parsed) && parsed.seal !== undefined;
  } catch {
    return true;
  }
}
