/** Seals texts for a place, and opens those that were sealed for it. @module */
import type { Clock } from "../../base/clock.ts";
import { isPlainObject, parseJson } from "../../base/json.ts";
import type { KeyRing, SealAlgorithm } from "./key_ring.ts";
import { type SealedThing, SealError } from "./seal_error.ts";
import { decrypt, encrypt } from "./secrecy.ts";
import { hasSeal, isObjectText, signedBytes, stamp, type Stamped, type StampFacts, unstamp } from "./stamp.ts";

/** How texts are sealed. */
export interface TextSealerParams {
  readonly ring: KeyRing;
  /** How new seals sign. */
  readonly sign: SealAlgorithm;
  /** Which seals are accepted. */
  readonly accept: ReadonlySet<SealAlgorithm>;
  readonly encrypt: boolean;
  /** What has no seal is refused. */
  readonly require: boolean;
  readonly clock: Clock;
}

/** What a text is, of whom, and where it belongs. A text that is sealed for one place is refused at all others. */
export interface Place {
  readonly thing: SealedThing;
  /** The id of the task, or of the gate. */
  readonly id: string;
  readonly queue?: string;
  readonly index?: number;
  readonly to?: string;
  /** When it is due, where that is later than now. */
  readonly due?: number;
}

/** An opened text, and what its seal said; without one where it had none and none is required. */
export interface Opened {
  readonly text: string;
  readonly seal?: StampFacts | undefined;
}

/** Seals and opens texts. */
export class TextSealer {
  readonly #params: TextSealerParams;

  constructor(params: TextSealerParams) {
    this.#params = params;
  }

  /** The text, sealed for its place. */
  async seal(text: string, { thing, id, queue, index, to, due = 0 }: Place): Promise<string> {
    const { ring, sign, clock } = this.#params;
    const raw = isObjectText(text) && (!this.#params.encrypt || isJson(text)) ? undefined : true;
    const object = raw ? JSON.stringify({ text }) : text;
    const body = this.#params.encrypt ? await encrypt(object, thing, id, ring) : object;
    const { id: keyId, key } = await ring.signing(sign);
    const facts: StampFacts = { alg: sign, key: keyId, at: Math.max(clock.now(), due), queue, index, to, raw };
    const sig = await crypto.subtle.sign(nameOf(sign), key, signedBytes(body, thing, id, facts));
    return stamp(body, facts, new Uint8Array(sig));
  }

  /**
   * The text of a sealed one. What the seal says of its place beyond the id is for the caller to compare.
   *
   * @throws {SealError}
   */
  async open(sealed: string, thing: SealedThing, id: string): Promise<Opened> {
    const stamped = unstamp(sealed);
    if (stamped === undefined) return this.#unsealed(sealed, thing, id);
    await this.#verify(stamped, thing, id);
    const text = await decrypt(stamped.text, thing, id, this.#params.ring);
    return { text: stamped.facts.raw ? unwrapped(text, thing, id) : text, seal: stamped.facts };
  }

  #unsealed(text: string, thing: SealedThing, id: string): Opened {
    if (hasSeal(text)) throw new SealError(thing, id, "altered");
    if (this.#params.require) throw new SealError(thing, id, "unsealed");
    return { text };
  }

  async #verify({ text, facts, sig }: Stamped, thing: SealedThing, id: string): Promise<void> {
    const { ring, accept } = this.#params;
    if (!accept.has(facts.alg)) throw new SealError(thing, id, "algorithm");
    const key = await ring.verifying(facts.alg, facts.key);
    if (key === undefined) throw new SealError(thing, id, "unknown key");
    const fits = await crypto.subtle.verify(nameOf(facts.alg), key, sig, signedBytes(text, thing, id, facts));
    if (!fits) throw new SealError(thing, id, "altered");
  }
}

function nameOf(algorithm: SealAlgorithm): string {
  return algorithm === "hmac" ? "HMAC" : "Ed25519";
}

function isJson(text: string): boolean {
  try {
    return isPlainObject(JSON.parse(text));
  } catch {
    return false;
  }
}

function unwrapped(text: string, thing: SealedThing, id: string): string {
  const parsed = parseJson(text);
  if (isPlainObject(parsed) && typeof parsed.text === "string") return parsed.text;
  throw new SealError(thing, id, "altered");
}
