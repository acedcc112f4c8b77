/** Brokers that are wrong in one way each: a suite that passes one of them proves nothing. @module */

import type {
  Broker,
  Claim,
  ClaimRequest,
  Delivery,
  DeliveryRef,
  Outcome,
  Settlement,
  WorkerRef,
} from "../../src/broker.ts";
import type { CreateBroker } from "../../src/testing/conformance/fixture.ts";
import { createMemory } from "../brokers/memory/memory_fixture.ts";

/** Makes a broker wrong. */
export type Break = (inner: Broker) => Partial<Broker>;

/** Memory brokers with some verbs done otherwise. */
export function broken(how: Break): CreateBroker {
  return async (options) => {
    const fixture = await createMemory(options);
    const overrides = how(fixture.broker);
    return {
      ...fixture,
      broker: override(fixture.broker, overrides),
      reopen: async () => override(await fixture.reopen(), overrides),
    };
  };
}

function override(inner: Broker, overrides: Partial<Broker>): Broker {
  return new Proxy(inner, {
    get(target, key) {
      const own: unknown = Reflect.get(overrides, key);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Claims, and settles with a claim, otherwise. */
function claiming(inner: Broker, claim: (worker: WorkerRef, request: ClaimRequest) => Promise<Claim>): Partial<Broker> {
  return {
    claim,
    settleAndClaim: async (worker, outcomes, request) => ({
      settlements: await inner.settle(worker, outcomes),
      claim: await claim(worker, request),
    }),
  };
}

/** Says that it took a batch in, but lost its last letter. */
export const losesALetter: Break = (inner) => ({
  publish: async (effects) => {
    const letters = effects.publish ?? [];
    if (letters.length < 2) return await inner.publish(effects);
    return [...await inner.publish({ ...effects, publish: letters.slice(0, -1) }), "created"];
  },
});

/** Lets anybody settle a delivery, whoever holds the letter by now. */
export const ignoresFencing: Break = (inner) => {
  const holders = new Map<string, { readonly worker: WorkerRef; readonly delivery: DeliveryRef }>();
  const settle: Broker["settle"] = async (worker, outcomes) => {
    const settlements: Settlement[] = [];
    for (const outcome of outcomes) {
      const holder = holders.get(outcome.delivery.id) ?? { worker, delivery: outcome.delivery };
      settlements.push(...await inner.settle(holder.worker, [{ ...outcome, delivery: holder.delivery }]));
    }
    return settlements;
  };
  const claim: Broker["claim"] = async (worker, request) => {
    const claimed = await inner.claim(worker, request);
    for (const { id, deliveries } of claimed.deliveries) holders.set(id, { worker, delivery: { id, deliveries } });
    return claimed;
  };
  return { ...claiming(inner, claim), settle };
};

/** Hands the body of a gate out a second time. */
export const opensAGateTwice: Break = (inner) => {
  const bodies: Delivery[] = [];
  return claiming(inner, async (worker, request) => {
    const { deliveries } = await inner.claim(worker, request);
    const twice = deliveries.length > 0 ? undefined : bodies.pop();
    bodies.push(...deliveries.filter(({ gate }) => gate !== undefined));
    return { deliveries: twice ? [twice] : deliveries };
  });
};

/** Hands letters out in the wrong order. */
export const forgetsOrder: Break = (inner) =>
  claiming(inner, async (worker, request) => {
    const claimed = await inner.claim(worker, request);
    return { ...claimed, deliveries: claimed.deliveries.toReversed() };
  });

/** Hands letters out before their time. */
export const isImpatient: Break = (inner) => ({
  publish: (effects) => {
    const letters = effects.publish?.map((letter) => ({ ...letter, due: undefined }));
    return inner.publish({ ...effects, publish: letters });
  },
});

/** Takes each outcome for itself, but drops its effects. */
export const settlesByHalves: Break = (inner) => {
  const half = (outcome: Outcome): Outcome => ("effects" in outcome ? { ...outcome, effects: undefined } : outcome);
  return {
    settle: (worker, outcomes) => inner.settle(worker, outcomes.map(half)),
    settleAndClaim: (worker, outcomes, request) => inner.settleAndClaim(worker, outcomes.map(half), request),
  };
};

/** Takes a letter that it knows for a new one, and overwrites nothing, but says so. */
export const forgetsIds: Break = (inner) => ({
  publish: async (effects) => (await inner.publish(effects)).map(() => "created"),
});
