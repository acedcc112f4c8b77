/** Waiting for a broker to come to rest. */
import type { Broker } from "../../src/broker.ts";

/** Resolves when nothing waits, runs or is left behind; throws when that does not come within the limit (milliseconds). */
export async function quiet(broker: Pick<Broker, "queues">, limit = 60_000, pause = 20): Promise<void> {
  for (const end = Date.now() + limit; Date.now() < end; await Bun.sleep(pause)) {
    const queues = await broker.queues();
    if (queues.every(({ ready, delayed, active }) => ready + delayed + active === 0)) return;
  }
  throw new Error("The broker did not come to rest");
}
