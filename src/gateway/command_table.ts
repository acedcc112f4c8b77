/**
 * What the Redis behind the gateway says of its commands: which only read, which write, where their keys stand.
 *
 * @module
 */
import type { RespClient } from "../brokers/redis/resp_client.ts";
import type { Command, CommandArg, Reply } from "../brokers/redis/resp.ts";
import { wordAt } from "./command_words.ts";

/** What is known of a command. */
export interface CommandInfo {
  /** Categories of its access list, such as `@read`, `@dangerous`. */
  readonly categories: ReadonlySet<string>;
  /** Whether it may make a key grow. */
  readonly grows: boolean;
  readonly firstKey: number;
  readonly lastKey: number;
  readonly step: number;
  /** Whether only Redis can tell which arguments are keys. */
  readonly movable: boolean;
}

/** Commands whose third argument says how many keys follow. */
const NUMBERED = new Set(["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO"]);

/** The table, read from Redis when first needed. */
export class CommandTable {
  readonly #redis: RespClient;
  #loading: Promise<ReadonlyMap<string, CommandInfo>> | undefined;

  /** Takes the Redis to ask. */
  constructor(redis: RespClient) {
    this.#redis = redis;
  }

  /** What is known of a command; nothing, when Redis does not have it. */
  async info(command: Command): Promise<CommandInfo | undefined> {
    const table = await this.#table();
    const name = wordAt(command, 0);
    return table.get(`${name}|${wordAt(command, 1)}`) ?? table.get(name);
  }

  /** The keys among the arguments of a command. */
  async keysOf(command: Command): Promise<CommandArg[]> {
    if (NUMBERED.has(wordAt(command, 0))) return command.slice(3, 3 + Number(wordAt(command, 2)));
    const info = await this.info(command);
    if (info === undefined) return [];
    if (info.movable) return await this.#askForKeys(command);
    const keys: CommandArg[] = [];
    const last = info.lastKey < 0 ? command.length + info.lastKey : info.lastKey;
    for (let i = info.firstKey; i > 0 && i <= last; i += Math.max(1, info.step)) {
      const key = command[i];
      if (key !== undefined) keys.push(key);
    }
    return keys;
  }

  async #askForKeys(command: Command): Promise<CommandArg[]> {
    const [keys] = await this.#redis.commands([["COMMAND", "GETKEYS", ...command]], { decoding: "bytes" });
    return Array.isArray(keys) ? keys.filter((key) => key instanceof Uint8Array) : [];
  }

  #table(): Promise<ReadonlyMap<string, CommandInfo>> {
    this.#loading ??= this.#redis.command(["COMMAND"], { decoding: "text" }).then(readTable);
    this.#loading.catch(() => this.#loading = undefined);
    return this.#loading;
  }
}

function readTable(reply: Reply): ReadonlyMap<string, CommandInfo> {
  const table = new Map<string, CommandInfo>();
  const read = (entries: Reply | undefined): void => {
    if (!Array.isArray(entries)) return;
    for (const entry of entries) {
      if (!Array.isArray(entry)) continue;
      table.set(String(entry[0]).toUpperCase(), readInfo(entry));
      read(entry[9]);
    }
  };
  read(reply);
  return table;
}

function readInfo(entry: readonly Reply[]): CommandInfo {
  const flags = words(entry[2]);
  const [firstKey = 0, lastKey = 0, step = 0] = entry.slice(3, 6).map(Number);
  return {
    categories: words(entry[6]),
    grows: flags.has("denyoom"),
    firstKey,
    lastKey,
    step,
    movable: flags.has("movablekeys"),
  };
}

function words(reply: Reply | undefined): Set<string> {
  return new Set(Array.isArray(reply) ? reply.map(String) : []);
}
