/** Which commands the REST interface of Upstash does not take, and which a read-only token may not use. @module */
import type { Command } from "../brokers/redis/resp.ts";
import { RedisError } from "../brokers/redis/redis_error.ts";
import type { AccessLevel } from "./access.ts";
import type { CommandTable } from "./command_table.ts";
import { wordAt } from "./command_words.ts";

/** Blocking, bound to a connection, or reaching for the server itself. */
const UNAVAILABLE = new Set([
  ...["BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT", "WAITAOF"],
  ...["MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH"],
  ...["AUTH", "HELLO", "SELECT", "QUIT", "RESET", "CLIENT", "READONLY", "READWRITE", "ASKING", "CLUSTER"],
  ...["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "SSUBSCRIBE", "SUNSUBSCRIBE", "MONITOR"],
  ...[
    "SHUTDOWN",
    "DEBUG",
    "REPLICAOF",
    "SLAVEOF",
    "FAILOVER",
    "REPLCONF",
    "PSYNC",
    "SYNC",
    "ROLE",
    "MODULE",
    "MIGRATE",
  ],
  ...[
    "SAVE",
    "BGSAVE",
    "BGREWRITEAOF",
    "LASTSAVE",
    "SWAPDB",
    "MOVE",
    "ACL",
    "LATENCY",
    "SLOWLOG",
    "LOLWUT",
    "PFSELFTEST",
  ],
]);

/** Reads that a read-only token may not use all the same, for what they cost. */
const COSTLY_READS = new Set(["KEYS", "SCAN", "RANDOMKEY"]);
const ALWAYS_ALLOWED = new Set(["PING", "ECHO", "TIME"]);

/** The error of a command that cannot be had over REST; nothing when it can. */
export function refuseUnavailable(command: Command): RedisError | undefined {
  const name = wordAt(command, 0);
  if (name === "") return new RedisError("ERR empty command");
  const blocked = UNAVAILABLE.has(name) || (isStreamRead(name) && hasBlock(command)) || isForeignConfig(name, command);
  if (!blocked) return undefined;
  return new RedisError(
    `ERR Command is not available: '${name}'. See https://upstash.com/docs/redis/features/restapi for details`,
  );
}

/** The error of a command that the token does not allow; nothing when it does. */
export async function refuseForbidden(
  command: Command,
  level: AccessLevel,
  table: CommandTable,
): Promise<RedisError | undefined> {
  if (level === "full") return undefined;
  const name = wordAt(command, 0);
  if (ALWAYS_ALLOWED.has(name)) return undefined;
  const info = await table.info(command);
  const reads = info !== undefined && info.categories.has("@read") && !info.categories.has("@dangerous");
  if (reads && !COSTLY_READS.has(name)) return undefined;
  return new RedisError(
    `NOPERM this user has no permissions to run the '${name.toLowerCase()}' command or its subcommand`,
  );
}

function isStreamRead(name: string): boolean {
  return name === "XREAD" || name === "XREADGROUP";
}

/** `BLOCK` stands among the options, which end at `STREAMS`; the two words after `GROUP` are names. */
function hasBlock(command: Command): boolean {
  for (let i = 1; i < command.length; i++) {
    const word = wordAt(command, i);
    if (word === "STREAMS") return false;
    if (word === "BLOCK") return true;
    if (word === "GROUP") i += 2;
  }
  return false;
}

/** `CONFIG` is there for the keyspace notifications alone: among the rest are passwords. */
function isForeignConfig(name: string, command: Command): boolean {
  return name === "CONFIG" &&
    !(/^(GET|SET)$/.test(wordAt(command, 1)) && wordAt(command, 2) === "NOTIFY-KEYSPACE-EVENTS");
}
