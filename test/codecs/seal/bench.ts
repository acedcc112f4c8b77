/** What the tests of sealing have in common: sealed apps over a broker that a test can get at, and tampering with it. */
import type { Broker, Delivery } from "../../../src/broker.ts";
import { type SealedThing, SealError, type SealReason } from "../../../src/codecs/seal/seal_error.ts";
import { KeyRing } from "../../../src/codecs/seal/key_ring.ts";
import { createSecretKey, type SealKey } from "../../../src/codecs/seal/seal_key.ts";
import { TextSealer, type TextSealerParams } from "../../../src/codecs/seal/text_sealer.ts";

/** A secret that tests share. */
export const k1 = createSecretKey("k1");

/** A worker of a broker's own verbs. */
export const worker = { incarnation: "w1", name: "w1", lease: 30_000 };

/** What seals texts with these keys. */
export function textSealer(keys: readonly SealKey[], options: Partial<TextSealerParams> = {}): TextSealer {
  const { sign = "hmac", accept = new Set([sign]), encrypt = false, require = true } = options;
  const clock = options.clock ?? { now: () => 1_000, sleep: () => Promise.resolve() };
  return new TextSealer({ ring: new KeyRing(keys), sign, accept, encrypt, require, clock });
}

/** Why a text is refused; undefined where it is opened. */
export async function refusal(
  sealer: TextSealer,
  text: string,
  id: string,
  thing: SealedThing = "message",
): Promise<SealReason | undefined> {
  try {
    await sealer.open(text, thing, id);
    return undefined;
  } catch (error) {
    if (error instanceof SealError) return error.reason;
    throw error;
  }
}

/** The broker that changes what it hands out, as whoever can write to a broker could. */
export function tampered(inner: Broker, change: (delivery: Delivery) => Delivery): Broker {
  const changed = (deliveries: readonly Delivery[]) => deliveries.map(change);
  return new Proxy(inner, {
    get(target, verb) {
      const value: unknown = Reflect.get(target, verb, target);
      if (typeof value !== "function") return value;
      if (verb === "claim") {
        return async (...args: Parameters<Broker["claim"]>) => {
          const claim = await target.claim(...args);
          return { ...claim, deliveries: changed(claim.deliveries) };
        };
      }
      if (verb === "settleAndClaim") {
        return async (...args: Parameters<Broker["settleAndClaim"]>) => {
          const { settlements, claim } = await target.settleAndClaim(...args);
          return { settlements, claim: { ...claim, deliveries: changed(claim.deliveries) } };
        };
      }
      return value.bind(target);
    },
  });
}
