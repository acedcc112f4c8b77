/** Options that every form of the Redis broker takes, and their defaults. @module */
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Stop } from "../../base/stop.ts";
import { type BrokerOptions, RESULT_RETENTION } from "../../broker.ts";
import { checkNamespace } from "./keys.ts";
import type { RedisContext } from "./shards.ts";
import type { Transport } from "./transport.ts";

/** What every form of the Redis broker takes. */
export interface RedisBrokerOptions extends BrokerOptions {
  /**
   * What stands in every key, so that several apps may share a database: each sees its own queues, tasks and results.
   * Without braces, slashes and control characters. @default {"default"}
   */
  readonly namespace?: string;
  /**
   * Into how many parts tasks are spread; a workflow lies in one. More than one only helps in a Redis Cluster, where each
   * lies on one node. It must be the same for all that share a namespace, and stay the same while there are tasks.
   * @default {1}
   */
  readonly partitions?: number;
  /**
   * How many letters one priority of a queue, or its delayed letters, may hold; a publish beyond that is refused with
   * `QueueFull`. All that begins a workflow counts at once, however many requests it takes; later steps do not, as an outcome
   * is never refused. Costs a command for each publish. @default {undefined} any number
   */
  readonly maxQueueLength?: number;
  /**
   * How long a call may take, with all its tries, in milliseconds, before it fails with `BrokerUnavailable`.
   * @default {15_000}
   */
  readonly timeout?: number;
  /** What the time is in this process. The time that counts for letters and leases is always that of Redis. */
  readonly clock?: Clock;
}

/** How long a call may take by default, in milliseconds. */
export const TIMEOUT = 15_000;

/** What a broker's parts share, of its options. */
export function contextOf(transport: Transport, options: RedisBrokerOptions, closed: Stop): RedisContext {
  const { namespace = "default", partitions = 1, maxQueueLength, timeout = TIMEOUT } = options;
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 256) {
    throw new RangeError(
      `Cannot open a broker as partitions must be a whole number from 1 to 256: current value is ${partitions}`,
    );
  }
  return {
    ...{ transport, partitions, maxQueueLength, timeout, closed },
    namespace: checkNamespace(namespace),
    clock: options.clock ?? systemClock,
    retention: options.resultRetention ?? RESULT_RETENTION,
  };
}
