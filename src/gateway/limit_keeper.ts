/** Keeps the limits of a plan: the size of keys and records, and the pace of commands. @module */
import { systemClock } from "../base/clock.ts";
import { RedisError } from "../brokers/redis/redis_error.ts";
import type { Command } from "../brokers/redis/resp.ts";
import type { RespClient } from "../brokers/redis/resp_client.ts";
import type { CommandTable } from "./command_table.ts";
import { sizeOf } from "./command_words.ts";
import type { GatewayLimits } from "./gateway_options.ts";
import { RECORD_SIZE_ERROR } from "./script_prelude.ts";

/** What a pause of this length has saved up may be spent at once. */
const BURST_MS = 1_000;

/** Keeps the limits. */
export class LimitKeeper {
  readonly #limits: GatewayLimits;
  readonly #table: CommandTable;
  readonly #redis: RespClient;
  /** When the commands taken so far are paid for, on the clock of `performance.now()`. */
  #paidUntil = 0;

  /** Takes the limits, and whom to ask about commands and sizes. */
  constructor(limits: GatewayLimits, table: CommandTable, redis: RespClient) {
    this.#limits = limits;
    this.#table = table;
    this.#redis = redis;
  }

  /** Whether any command has to be looked at. */
  get looks(): boolean {
    return this.#limits.maxKeyBytes !== undefined || this.#limits.maxRecordBytes !== undefined;
  }

  /** The error of a command that goes beyond a size; nothing when it does not. */
  async refuse(command: Command): Promise<RedisError | undefined> {
    return await this.#refuseKey(command) ?? await this.#refuseRecord(command);
  }

  /** Counts commands against the pace; a promise when they have to wait for their turn. */
  take(commands: number): Promise<void> | undefined {
    const wait = this.charge(commands);
    return wait > 0 ? systemClock.sleep(wait) : undefined;
  }

  /**
   * Counts commands that have run already, such as those inside scripts; gives how many milliseconds they ran ahead.
   */
  charge(commands: number): number {
    const { commandsPerSecond } = this.#limits;
    if (commandsPerSecond === undefined) return 0;
    const now = performance.now();
    const start = Math.max(this.#paidUntil, now - BURST_MS);
    this.#paidUntil = start + commands * 1_000 / commandsPerSecond;
    return start - now;
  }

  async #refuseKey(command: Command): Promise<RedisError | undefined> {
    const limit = this.#limits.maxKeyBytes ?? Infinity;
    if (!command.some((arg) => sizeOf(arg) > limit)) return undefined;
    const keys = await this.#table.keysOf(command);
    if (!keys.some((key) => sizeOf(key) > limit)) return undefined;
    return new RedisError(`ERR max key size exceeded. Limit: ${limit} bytes`);
  }

  /** Scripts are not looked at here: what is put before them looks at each of their commands. */
  async #refuseRecord(command: Command): Promise<RedisError | undefined> {
    const limit = this.#limits.maxRecordBytes;
    if (limit === undefined || !(await this.#table.info(command))?.grows) return undefined;
    const keys = await this.#table.keysOf(command);
    const used = await this.#redis.commands(keys.map((key) => ["MEMORY", "USAGE", key]));
    const added = command.reduce<number>((sum, arg) => sum + sizeOf(arg), 0);
    const over = used.some((bytes) => (typeof bytes === "number" ? bytes : 0) + added > limit);
    return over ? new RedisError(RECORD_SIZE_ERROR) : undefined;
  }
}
