/**
 * Runs the commands of a request on the Redis behind the gateway, within policy and limits, and counts them.
 *
 * @module
 */
import { RedisError } from "../brokers/redis/redis_error.ts";
import type { Command, Decoding, Reply } from "../brokers/redis/resp.ts";
import type { RespClient } from "../brokers/redis/resp_client.ts";
import type { AccessLevel } from "./access.ts";
import { refuseForbidden, refuseUnavailable } from "./command_policy.ts";
import type { CommandTable } from "./command_table.ts";
import { wordAt } from "./command_words.ts";
import type { CostCounter } from "./cost_counter.ts";
import { GatewayError } from "./gateway_error.ts";
import type { LimitKeeper } from "./limit_keeper.ts";
import type { ScriptBook, Translation } from "./script_book.ts";
import { readScriptReply } from "./script_reply.ts";

/** What a runner works with. */
export interface CommandRunnerParts {
  readonly redis: RespClient;
  readonly table: CommandTable;
  readonly limits: LimitKeeper;
  readonly scripts: ScriptBook;
  readonly cost: CostCounter;
}

/** How to run. */
export interface RunOptions {
  readonly level: AccessLevel;
  readonly decoding: Decoding;
}

const MINUS = 45;

/** Runs commands. */
export class CommandRunner {
  readonly #parts: CommandRunnerParts;

  /** Takes what it works with. */
  constructor(parts: CommandRunnerParts) {
    this.#parts = parts;
  }

  /** Runs commands one after the other; a refused or failed one does not keep the others from running. */
  async run(commands: readonly Command[], options: RunOptions): Promise<Reply[]> {
    const refusals = await this.#refusals(commands, options.level);
    const allowed = commands.filter((_, i) => refusals[i] === undefined);
    const answered = allowed.length === 0 ? [] : await this.#send(allowed, options.decoding);
    let next = 0;
    return refusals.map((refusal) => refusal ?? answered[next++] ?? null);
  }

  /** Runs commands as a transaction: all of them, or, when one cannot be queued, none. */
  async runAtomically(commands: readonly Command[], options: RunOptions): Promise<Reply[]> {
    const refusal = (await this.#refusals(commands, options.level)).find((error) => error !== undefined);
    if (refusal !== undefined) throw new GatewayError(400, refusal.message);
    const { redis, scripts } = this.#parts;
    await this.#parts.limits.take(commands.length);
    const translations = commands.map((command) => scripts.translate(command));
    const batch: Command[] = [["MULTI"], ...translations.map(({ command }) => command), ["EXEC"]];
    const replies = await redis.commands(batch, { decoding: options.decoding });
    const results = replies.at(-1);
    if (!Array.isArray(results)) {
      const cause = replies.find((reply) => reply instanceof RedisError);
      throw new GatewayError(400, cause instanceof RedisError ? cause.message : "EXECABORT Transaction discarded");
    }
    return results.map((reply, i) => this.#finish(commands[i], translations[i], reply));
  }

  async #refusals(commands: readonly Command[], level: AccessLevel): Promise<(RedisError | undefined)[]> {
    const { table, limits } = this.#parts;
    const refusals = commands.map(refuseUnavailable);
    if (level === "full" && !limits.looks) return refusals;
    return await Promise.all(
      commands.map(async (command, i) =>
        refusals[i] ?? await refuseForbidden(command, level, table) ??
          (limits.looks ? await limits.refuse(command) : undefined)
      ),
    );
  }

  async #send(commands: readonly Command[], decoding: Decoding): Promise<Reply[]> {
    const { redis, limits, scripts } = this.#parts;
    const wait = limits.take(commands.length);
    if (wait !== undefined) await wait;
    const translations = commands.map((command) => scripts.translate(command));
    const replies = await redis.commands(translations.map(({ command }) => command), { decoding });
    return replies.map((reply, i) => this.#finish(commands[i], translations[i], reply));
  }

  #finish(command: Command | undefined, translation: Translation | undefined, reply: Reply): Reply {
    if (command === undefined || translation === undefined) return reply;
    this.#parts.cost.command(wordAt(command, 0));
    const { run, restore } = translation;
    if (run === undefined) return inUpstashWords(restore === undefined ? reply : restore(reply));
    const { result, calls } = readScriptReply(reply);
    this.#parts.cost.script(run.id, run.label, calls);
    let inner = 0;
    for (const count of calls.values()) inner += count;
    // What a script calls is known afterwards only: the commands that follow wait for it.
    this.#parts.limits.charge(inner);
    return inUpstashWords(result);
  }
}

/** A raw error reply as the value it is, and a full Redis in the words of Upstash. */
function inUpstashWords(reply: Reply): Reply {
  const error = reply instanceof Uint8Array && reply[0] === MINUS ? parseRawError(reply) : reply;
  return error instanceof RedisError && error.code === "OOM" ? new RedisError("ERR DB capacity quota exceeded") : error;
}

function parseRawError(raw: Uint8Array): RedisError {
  return new RedisError(new TextDecoder().decode(raw.subarray(1, -2)));
}
