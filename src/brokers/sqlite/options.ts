/** The options of a sqlite broker, and what is refused among them. @module */

import { type Clock, systemClock } from "../../base/clock.ts";
import { type BrokerOptions, RESULT_RETENTION } from "../../broker.ts";
import type { Synchronous } from "./database.ts";

/** Options of a {@link SqliteBroker}. */
export interface SqliteBrokerOptions extends BrokerOptions {
  /**
   * The database file; it and its folder are made when they are not there. Beside it appear `<path>-wal`, `<path>-shm`
   * and the folder `<path>.bells`. `:memory:` is a database of this process alone that is gone when it closes.
   */
  readonly path: string;
  /**
   * What a verb that has resolved promises. `normal`: it survives the end of any process, by SIGKILL too; when the whole
   * machine loses power, the last moments before it may be lost, but the file stays sound. `full`: it survives the loss
   * of power too, for the price of a write through to the disk per transaction. @default {"normal"}
   */
  readonly synchronous?: Synchronous;
  /** What the time is; a fake one lets a test decide when letters become due and leases end. @default {systemClock} */
  readonly clock?: Clock;
  /**
   * How long a verb waits for the lock of the file while other processes write, in milliseconds, before it fails.
   * Raise it where another program holds the file for long, such as for a backup. @default {10_000}
   */
  readonly busyTimeout?: number;
}

/**
 * Options with their defaults.
 *
 * @throws {RangeError} when one is out of its range
 */
export function completeOptions(options: SqliteBrokerOptions): Required<SqliteBrokerOptions> {
  const { path, synchronous = "normal", clock = systemClock, busyTimeout = 10_000 } = options;
  const resultRetention = Math.ceil(options.resultRetention ?? RESULT_RETENTION);
  const complete = { path, synchronous, clock, busyTimeout, resultRetention };
  checkOptions(complete);
  return complete;
}

function checkOptions({ path, synchronous, busyTimeout, resultRetention }: Required<SqliteBrokerOptions>): void {
  if (typeof path !== "string") throw refused("path", "a text", typeof path);
  if (path === "") throw refused("path", "the path of a file or :memory:", '""');
  if (synchronous !== "normal" && synchronous !== "full") {
    throw refused("synchronous", '"normal" or "full"', synchronous);
  }
  if (!(busyTimeout >= 0)) throw refused("busyTimeout", "a number of milliseconds", busyTimeout);
  if (!(resultRetention > 0 && Number.isSafeInteger(resultRetention))) {
    throw refused("resultRetention", "a positive number of milliseconds", resultRetention);
  }
}

function refused(option: string, rule: string, value: unknown): RangeError {
  return new RangeError(`Cannot make a sqlite broker as ${option} must be ${rule}: current value is ${value}`);
}
