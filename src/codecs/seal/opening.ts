/** Opens what a broker hands out, and remembers of each delivery what its seal must still be compared with. @module */
import type { DeadLetter, Delivery, Effects, Outcome, PeekedLetter, StoredResult } from "../../broker.ts";
import { failureOf } from "../../protocol/failure.ts";
import { encodeResult } from "../../protocol/result.ts";
import { type SealedThing, SealError } from "./seal_error.ts";
import type { Opened, TextSealer } from "./text_sealer.ts";

/** What is known of a delivery while a worker has it. */
interface Held {
  readonly gate?: string | undefined;
  refused?: SealError;
  /** Its text is genuine. */
  trusted: boolean;
}

/** A text as it was opened, or as it is stored, and why it cannot be opened. */
interface Shown {
  readonly text: string;
  readonly error?: SealError;
}

/** What an {@link Opening} works with. */
export interface OpeningParams {
  readonly sealer: TextSealer;
  /** How old a message may be, in milliseconds. */
  readonly maxAge: number;
  readonly now: () => number;
  /** What has arrived at a gate, as it is stored. */
  readonly arrivals: (gate: string) => Promise<readonly string[]>;
}

/** Opens deliveries, arrivals and results. */
export class Opening {
  readonly #params: OpeningParams;
  /** By the ids of deliveries that were handed out and are not settled. */
  readonly #held: Map<string, Held> = new Map();
  /** The letters that gates opened for. */
  readonly #gates: Map<string, string> = new Map();

  constructor(params: OpeningParams) {
    this.#params = params;
  }

  /** A delivery, opened; one that is not to be trusted comes as it is, marked as refused. */
  async delivery(delivery: Delivery): Promise<Delivery> {
    const { id, gate } = delivery;
    const held: Held = { gate, trusted: true };
    this.#held.set(id, held);
    if (gate !== undefined) this.#gates.set(gate, id);
    try {
      return await this.#opened(delivery);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      held.refused = error;
      const text = await this.#genuine(delivery);
      held.trusted = text !== undefined;
      const refused = { error, reason: reasonOf(error), trusted: held.trusted };
      return { ...delivery, ...(text !== undefined && { text }), refused };
    }
  }

  /** The text of a refused delivery where nothing is wrong with it: it is the input that was refused. */
  async #genuine({ id, queue, text: sealed }: Delivery): Promise<string | undefined> {
    const { sealer, now, maxAge } = this.#params;
    try {
      const { text, seal } = await sealer.open(sealed, "message", id);
      const fits = seal === undefined || (seal.queue === queue && seal.at >= now() - maxAge);
      return fits ? text : undefined;
    } catch (error) {
      if (error instanceof SealError) return undefined;
      throw error;
    }
  }

  async #opened(delivery: Delivery): Promise<Delivery> {
    const { id, input: sentText } = delivery;
    const { sealer } = this.#params;
    const { text, seal } = await sealer.open(delivery.text, "message", id);
    const input = sentText === undefined ? undefined : await sealer.open(sentText, "input", id);
    // Who sends a held letter says where it goes, and seals that with what it sends along.
    const isInPlace = [seal, input?.seal].some((one) => one?.queue === delivery.queue);
    if (seal && !isInPlace) throw new SealError("message", id, "altered");
    if (seal) await this.#checkAge(delivery, Math.max(seal.at, input?.seal?.at ?? 0));
    return { ...delivery, text, ...(input && { input: input.text }) };
  }

  /** What a predecessor sealed for a message says that it is still wanted: a workflow may take as long as it likes. */
  async #checkAge({ id, gate }: Delivery, at: number): Promise<void> {
    const { now, maxAge, arrivals } = this.#params;
    const oldest = now() - maxAge;
    if (at >= oldest) return;
    const arrived = gate === undefined ? [] : await this.#openAll(gate, await arrivals(gate));
    if (arrived.every(({ seal }) => seal === undefined || seal.at < oldest)) {
      throw new SealError("message", id, "too old");
    }
  }

  /**
   * What has arrived at a gate, opened. Where it is not to be trusted, the task that asked is refused.
   *
   * @throws {SealError}
   */
  async arrivals(gate: string, stored: readonly string[]): Promise<readonly string[]> {
    try {
      return (await this.#openAll(gate, stored)).map(({ text }) => text);
    } catch (error) {
      const held = this.#held.get(this.#gates.get(gate) ?? "");
      if (held && error instanceof SealError) held.refused = error;
      throw error;
    }
  }

  async #openAll(gate: string, stored: readonly string[]): Promise<readonly Opened[]> {
    const opened = await Promise.all(stored.map((text) => this.#params.sealer.open(text, "arrival", gate)));
    const to = this.#gates.get(gate);
    let last = -1;
    for (const { seal } of opened) {
      if (seal === undefined) continue;
      const isInPlace = seal.index !== undefined && seal.index > last && (to === undefined || seal.to === to);
      if (!isInPlace) throw new SealError("arrival", gate, "altered");
      last = seal.index ?? last;
    }
    return opened;
  }

  /** A result, opened: a final one that is not to be trusted reads as a failure, a note as if there were none. */
  async result(id: string, stored: StoredResult | null): Promise<StoredResult | null> {
    if (stored === null || stored.kind === "queued") return stored;
    const { kind } = stored;
    try {
      const { text } = await this.#params.sealer.open(stored.text, kind === "final" ? "result" : "note", id);
      return { kind, text };
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      return kind === "note" ? { kind: "queued" } : { kind, text: failed(error) };
    }
  }

  /** A letter that waits, opened; what is not to be trusted of it comes as it is, and it is marked as refused. */
  async peeked(letter: PeekedLetter): Promise<PeekedLetter> {
    const { text, input } = await this.#shownLetter(letter);
    const error = text.error ?? input?.error;
    const refused = error && { error, reason: reasonOf(error), trusted: text.error === undefined };
    return { ...letter, text: text.text, ...(input && { input: input.text }), ...(refused && { refused }) };
  }

  /** A dead letter, opened as far as that can be. */
  async dead(letter: DeadLetter): Promise<DeadLetter> {
    const { text, input } = await this.#shownLetter(letter);
    return { ...letter, text: text.text, ...(input && { input: input.text }) };
  }

  async #shownLetter({ id, text, input }: PeekedLetter | DeadLetter): Promise<{ text: Shown; input?: Shown }> {
    const shown = await this.#shown(text, "message", id);
    return { text: shown, ...(input !== undefined && { input: await this.#shown(input, "input", id) }) };
  }

  /** A text for people to look at: as it is stored, where it cannot be opened. */
  async #shown(text: string, thing: SealedThing, id: string): Promise<Shown> {
    try {
      return await this.#params.sealer.open(text, thing, id);
    } catch (error) {
      if (error instanceof SealError) return { text, error };
      throw error;
    }
  }

  /**
   * The outcome of a delivery. A refused one is buried, whatever came of it. What its failure does to those that follow takes
   * place; of one whose text is not genuine, only what makes nothing run.
   */
  outcome(outcome: Outcome): Outcome {
    const { delivery } = outcome;
    const { refused, trusted } = this.#held.get(delivery.id) ?? {};
    if (refused === undefined || outcome.kind === "released" || outcome.kind === "begun") return outcome;
    const result = (outcome.kind === "again" ? undefined : outcome.result) ?? failed(refused);
    const effects = outcome.kind === "buried" ? outcome.effects : undefined;
    const allowed = trusted ? effects : effects && endsOf(effects);
    return { kind: "buried", delivery, reason: reasonOf(refused), result, ...(allowed && { effects: allowed }) };
  }

  /** Deliveries are settled: nothing of them needs to be remembered. */
  settled(outcomes: readonly Outcome[]): void {
    for (const { kind, delivery: { id } } of outcomes) {
      if (kind === "begun") continue;
      const gate = this.#held.get(id)?.gate;
      this.#held.delete(id);
      if (gate !== undefined) this.#gates.delete(gate);
    }
  }
}

/** Of these effects, those that end what is held, and the relays which they set up themselves to go on with that. */
function endsOf({ hold = [], send = [], finish, drop, close }: Effects): Effects {
  const own = new Set(hold.map(({ id }) => id));
  return { hold, send: send.filter(({ hop }) => own.has(hop.id)), finish, drop, close };
}

function reasonOf({ reason }: SealError): string {
  return `seal: ${reason}`;
}

function failed(error: SealError): string {
  return encodeResult({ state: "FAILURE", failure: failureOf(error) });
}
