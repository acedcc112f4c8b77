/** Finds the broker that a command is about: that of the app, or the one that is named. @module */
import type { Broker } from "../broker.ts";
import { type CliContext, type GlobalOptions, loadApp } from "./context.ts";

/** A broker by its address. */
export interface BrokerTarget {
  /** Its URL; what it says of itself where the app was given it ready-made. */
  readonly url: string;
  /** The broker itself, where the app was given it ready-made. */
  readonly broker?: Broker;
}

/**
 * The broker of the options or of the environment; else that of the app.
 *
 * @throws {TypeError} when nothing names one
 */
export async function findTarget(context: CliContext, options: GlobalOptions): Promise<BrokerTarget> {
  const { env } = process;
  if (options.broker) return { url: options.broker };
  if (options.app ?? env.UMBEL_APP) {
    const app = await loadApp(context, options);
    if (app.brokerUrl !== undefined) return { url: app.brokerUrl };
    const broker = await app.broker();
    return { url: broker.description, broker };
  }
  const url = env.UMBEL_BROKER ?? env.UPSTASH_REDIS_REST_URL;
  if (url) return { url };
  throw new TypeError("Cannot tell which broker is meant: name it by -b redis://..., UMBEL_BROKER, or -A with an app");
}
