/** Workers that crash: their calls to the broker are cut, in whatever moment, and never answered again. */
import { silentLogger } from "../../src/base/log.ts";
import type { Broker } from "../../src/broker.ts";
import { Worker } from "../../src/worker/mod.ts";
import type { Journal } from "./model_app.ts";
import { modelApp } from "./model_app.ts";

/** A broker whose calls can be cut off, those under way too: they may have their effect, but nobody hears of it. */
export function cuttable(broker: Broker): { readonly broker: Broker; cut(): void } {
  let isCut = false;
  const never = new Promise<never>(() => {});
  const get = (target: Broker, key: string | symbol): unknown => {
    const value: unknown = Reflect.get(target, key, target);
    if (typeof value !== "function") return value;
    return async (...args: unknown[]) => {
      if (isCut) return key === "close" ? undefined : await never;
      try {
        const answer: unknown = await Reflect.apply(value, target, args);
        return isCut ? await never : answer;
      } catch (error) {
        if (isCut) return await never;
        throw error;
      }
    };
  };
  const cut = () => {
    isCut = true;
    // As the system does when a process ends: nobody listens to its connections any more.
    void broker.close().catch(() => {});
  };
  return { broker: new Proxy(broker, { get }), cut };
}

/** Several workers over one store. One that crashes is replaced by another. */
export class Crew {
  readonly #open: () => Promise<Broker>;
  readonly #journal: Journal;
  readonly #pause: number;
  readonly #ack: "early" | "late";
  readonly #members: { readonly worker: Worker; readonly broker: Broker; readonly cut: () => void }[] = [];
  crashes = 0;

  /** @param pause how many milliseconds each task may take */
  constructor(open: () => Promise<Broker>, journal: Journal, pause = 0, ack: "early" | "late" = "late") {
    this.#open = open;
    this.#journal = journal;
    this.#pause = pause;
    this.#ack = ack;
  }

  /** Starts another worker. */
  async join(): Promise<void> {
    const opened = await this.#open();
    const { broker, cut } = cuttable(opened);
    const options = { broker, log: silentLogger, lease: "1s", maxDeliveries: 1_000 } as const;
    const app = modelApp(this.#journal, options, this.#pause, this.#ack);
    this.#members.push({ worker: await Worker.start(app, { concurrency: 4 }), broker: opened, cut });
  }

  /** Cuts off a worker at random, and starts another. */
  async crash(): Promise<void> {
    const [victim] = this.#members.splice(Math.floor(Math.random() * this.#members.length), 1);
    victim?.cut();
    this.crashes++;
    await this.join();
  }

  /** Ends those that are left, and closes every broker. */
  async end(): Promise<void> {
    await Promise.all(this.#members.map(({ worker }) => worker.cancel()));
    for (const { broker } of this.#members) await broker.close();
  }
}
