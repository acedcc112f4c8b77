/** A claim that is spread over many partitions. @module */
import type { Claim, ClaimRequest, Delivery } from "../../broker.ts";
import type { Shard } from "./shards.ts";

/** A claim, and how one partition is asked. */
export interface SpreadClaim {
  /** All partitions, in the order in which they have their turn. */
  readonly shards: readonly Shard[];
  readonly request: ClaimRequest;
  /** Those where something has to be settled, whether they are claimed from or not. */
  readonly settling: ReadonlySet<Shard>;
  /** Whether there is likely to be something. */
  isHinted(shard: Shard): boolean;
  /** Looks whether there may be something, without claiming. */
  mayHave(shard: Shard): Promise<boolean>;
  /** One turn of a partition, that claims where a request is given. It must be asked once where it settles. */
  turn(shard: Shard, request: ClaimRequest | undefined): Promise<Claim>;
}

/**
 * Claims no more than is asked for of all partitions together: first where there is likely something, then, with what
 * room is left, everywhere at once, each for its share. Where there is less room than there are partitions, those are
 * looked at before: so an empty one costs no round of its own.
 */
export async function claimEverywhere(spread: SpreadClaim): Promise<Claim> {
  const taking = new Taking(spread);
  await taking.takeHinted();
  if (taking.room === 0) await taking.settleRest();
  else if (taking.room < taking.open.length) await taking.look();
  while (taking.room > 0 && taking.open.length > 0) await taking.takeShares();
  return taking.claim;
}

class Taking {
  readonly #spread: SpreadClaim;
  readonly #deliveries: Delivery[] = [];
  readonly #settling: Set<Shard>;
  #nextDue: number | undefined;
  /** Partitions that may have more. */
  open: readonly Shard[];

  constructor(spread: SpreadClaim) {
    this.#spread = spread;
    this.#settling = new Set(spread.settling);
    this.open = spread.shards;
  }

  get room(): number {
    return this.#spread.request.max - this.#deliveries.length;
  }

  get claim(): Claim {
    const deliveries = this.#deliveries;
    return this.#nextDue === undefined ? { deliveries } : { deliveries, nextDue: this.#nextDue };
  }

  /** From one after the other of those that are likely to have something. */
  async takeHinted(): Promise<void> {
    for (const shard of this.open.filter((shard) => this.#spread.isHinted(shard))) {
      if (this.room > 0) await this.#take([[shard, this.room]]);
    }
  }

  /** Settles where that has to be done and was not. */
  async settleRest(): Promise<void> {
    await this.#take([...this.#settling].map((shard) => [shard, 0]));
  }

  /** Leaves out those that have nothing, but for those where something has to be settled. */
  async look(): Promise<void> {
    const may = await Promise.all(this.open.map((shard) => this.#settling.has(shard) || this.#spread.mayHave(shard)));
    this.open = this.open.filter((_, i) => may[i]);
  }

  /** From all that are open at once, or from as many as there is room for; what settles comes first. */
  async takeShares(): Promise<void> {
    const settling = this.open.filter((shard) => this.#settling.has(shard));
    const order = [...settling, ...this.open.filter((shard) => !this.#settling.has(shard))];
    const share = Math.max(1, Math.floor(this.room / order.length));
    let left = this.room;
    const asked = order.map((shard): [Shard, number] => {
      const max = Math.min(share, left);
      left -= max;
      return [shard, max];
    });
    await this.#take(asked.filter(([shard, max]) => max > 0 || this.#settling.has(shard)));
  }

  /** Asks partitions at once, each for so many; those that have fewer have no more. */
  async #take(asked: readonly (readonly [Shard, number])[]): Promise<void> {
    const { queues } = this.#spread.request;
    const answers = await Promise.allSettled(asked.map(([shard, max]) => {
      return this.#spread.turn(shard, max > 0 ? { queues, max } : undefined);
    }));
    const done = new Set<Shard>();
    asked.forEach(([shard, max], i) => {
      const answer = answers[i];
      this.#settling.delete(shard);
      if (answer?.status !== "fulfilled") return;
      this.#deliveries.push(...answer.value.deliveries);
      this.#nextDue = earlier(this.#nextDue, answer.value.nextDue);
      if (max > 0 && answer.value.deliveries.length < max) done.add(shard);
    });
    const failed = answers.find((answer) => answer.status === "rejected");
    // What was handed out is not thrown away for a node that fails: unless something was to be settled there.
    if (failed && (this.#deliveries.length === 0 || this.#spread.settling.size > 0)) throw failed.reason;
    this.open = failed ? [] : this.open.filter((shard) => !done.has(shard));
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
