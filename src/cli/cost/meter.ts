/** Reaches a Redis through a gateway that counts what it would bill. @module */
import { listenOverSse } from "../../brokers/redis/sse.ts";
import { RedisBroker } from "../../brokers/redis/redis_broker.ts";
import type { RestAccess, RestOptions } from "../../brokers/redis/rest_request.ts";
import { RestTransport } from "../../brokers/redis/rest_transport.ts";
import { createGateway, type GatewayCost } from "../../gateway/mod.ts";

/** What a while has cost. */
export interface Spent {
  /** Commands that were sent. */
  readonly sent: number;
  /** Those and all that scripts called: what Upstash bills. */
  readonly billed: number;
}

/** Commands of the measurement itself. */
const OWN = new Set(["SCARD", "SCAN", "UNLINK"]);

/** A server that does not count, such as Upstash itself. */
export class MeterRefused extends TypeError {}

/** A counting gateway, and what is done through it. */
export class Meter implements AsyncDisposable {
  readonly #rest: RestOptions;
  readonly #cost: () => Promise<GatewayCost>;
  readonly #close: () => Promise<void>;

  private constructor(rest: RestOptions, cost: () => Promise<GatewayCost>, close: () => Promise<void>) {
    this.#rest = rest;
    this.#cost = cost;
    this.#close = close;
  }

  /** A meter for a Redis that is reached over TCP: the gateway runs in this process, and counts nobody else's commands. */
  static overTcp(redis: string): Meter {
    const gateway = createGateway({ redis });
    const fetch = (input: string, init: RequestInit) => gateway.fetch(new Request(input, init));
    const rest = { url: "http://gateway.invalid", token: gateway.token, fetch };
    return new Meter(rest, () => Promise.resolve(gateway.cost()), () => gateway.close());
  }

  /**
   * A meter that asks a gateway which is served already.
   *
   * @throws {MeterRefused} when it does not count
   */
  static async overRest({ url, token }: RestAccess): Promise<Meter> {
    const cost = async (): Promise<GatewayCost> => {
      const response = await fetch(`${url}/_cost`, { headers: { authorization: `Bearer ${token}` } });
      const answer: GatewayCost = await response.json().catch(() => ({}));
      if (response.ok && typeof answer.commands === "number") return answer;
      throw new MeterRefused(
        "Cannot measure the cost as the server must count its commands: current value is one that does not; " +
          "name a plain Redis by -b redis://..., the figures are the same",
      );
    };
    await cost();
    return new Meter({ url, token }, cost, () => Promise.resolve());
  }

  /** A broker through the gateway. */
  broker(namespace: string): RedisBroker {
    return new RedisBroker(new RestTransport(this.#rest, listenOverSse), { namespace });
  }

  /** Runs a command that is not counted. */
  async ask(...command: readonly string[]): Promise<unknown> {
    const { url, token, fetch = globalThis.fetch } = this.#rest;
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(command) });
    const { result, error }: { readonly result?: unknown; readonly error?: string } = await response.json();
    if (error !== undefined) throw new Error(error);
    return result;
  }

  /** What something costs. */
  async spent(act: () => Promise<unknown>): Promise<Spent> {
    const before = await this.#cost();
    await act();
    const after = await this.#cost();
    let [sent, billed] = [after.client - before.client, after.commands - before.commands];
    for (const name of OWN) {
      const own = (after.byCommand[name]?.client ?? 0) - (before.byCommand[name]?.client ?? 0);
      sent -= own;
      billed -= own;
    }
    return { sent, billed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
