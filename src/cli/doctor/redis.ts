/** Checks a Redis, reached over TCP or over Upstash's REST API. @module */
import { formatDuration } from "../../base/duration.ts";
import { reasonOf } from "../reach.ts";
import { change, type Finding, fine, note } from "./finding.ts";

/** A server to be checked. */
export interface CheckedRedis {
  /** Whether it is Upstash itself, who care for versions, memory and disks. */
  readonly managed: boolean;
  /** Runs a command and gives its answer as text, lists as lists; rejects with what the server answered. */
  ask(...command: readonly string[]): Promise<unknown>;
}

/**
 * All checks of a server, in the order in which they are told. The first decides whether there are others.
 *
 * @param as whether it was named as one server, or as a node of a cluster
 */
export async function checkRedis(redis: CheckedRedis, as: "server" | "cluster" = "server"): Promise<Finding[]> {
  const reached = await reachability(redis);
  if (reached.level === "change") return [reached];
  const info = await readInfo(redis);
  const findings = [reached, await latency(redis), await clock(redis), await keyLocking(redis)];
  if (redis.managed) return [...findings, await eviction(redis, info)];
  return [
    ...findings,
    version(info),
    ...(as === "server" ? [role(info)] : [await membership(redis, info)]),
    await eviction(redis, info),
    ...memory(info),
    await persistence(redis, info),
  ];
}

async function reachability(redis: CheckedRedis): Promise<Finding> {
  try {
    await redis.ask("PING");
    return fine("reachable", "it answers");
  } catch (error) {
    const words = reasonOf(error);
    return change("reachable", words, reachingAdvice(words));
  }
}

/** What to do about a server that was not reached, by what it or the connection said. */
function reachingAdvice(words: string): string {
  if (/^(?:NOAUTH|WRONGPASS|ERR invalid (?:user|password)|ERR AUTH|Unauthorized)/i.test(words)) {
    return "give the right user and password, or token, in the broker's URL";
  }
  if (/certificate/i.test(words)) {
    return "name a file with the certificate to trust in NODE_EXTRA_CA_CERTS, for this command as for workers and senders";
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(words)) return "check the name of the host: this machine cannot look it up";
  return "check the address, that the server runs, that it speaks TLS where the URL says rediss:// or https:// and only there, " +
    "and that nothing in between refuses the connection";
}

/** The fields of `INFO`; none where the server does not tell. */
async function readInfo(redis: CheckedRedis): Promise<ReadonlyMap<string, string>> {
  const text = String(await redis.ask("INFO").catch(() => ""));
  return new Map([...text.matchAll(/^([\w-]+):(.*?)\r?$/gm)].map(([, key = "", value = ""]) => [key, value]));
}

const SAMPLES = 15;
const SLOW = 100;

async function latency(redis: CheckedRedis): Promise<Finding> {
  const times: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const start = performance.now();
    await redis.ask("PING");
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const [median = 0, worst = 0] = [times[SAMPLES >> 1], times.at(-1)];
  const found = `${formatDuration(median)} in the middle, ${
    formatDuration(worst)
  } at the worst, of ${SAMPLES} round trips`;
  if (median < SLOW) return fine("latency", found);
  return note("latency", found, "move the workers nearer to the server: each batch of tasks waits for a round trip");
}

/** Clocks of callers matter for dates that they give; leases and countdowns go by the server's clock alone. */
async function clock(redis: CheckedRedis): Promise<Finding> {
  const before = Date.now();
  const answer = await redis.ask("TIME");
  const after = Date.now();
  const [seconds, micros] = Array.isArray(answer) ? answer.map(Number) : [];
  if (seconds === undefined || micros === undefined) return note("clock", "the server does not tell the time");
  const server = seconds * 1_000 + micros / 1_000;
  const skew = server < before ? before - server : server > after ? server - after : 0;
  const found = skew < 1 ? "the same as here" : `${formatDuration(skew)} ${server < before ? "behind" : "before"} ours`;
  if (skew < 1_000) return fine("clock", found);
  const advice =
    "let both machines follow a time server: tasks with a date (eta, expires) come as much too early or late";
  return skew < 60_000 ? note("clock", found, advice) : change("clock", found, advice);
}

async function keyLocking(redis: CheckedRedis): Promise<Finding> {
  try {
    await redis.ask("EVAL", "#!lua flags=allow-key-locking\nreturn 1", "0");
    return fine("key locking", "scripts lock their own keys alone");
  } catch (error) {
    const words = reasonOf(error);
    if (!/shebang|flag/i.test(words)) return change("scripts", words, "let the user run EVAL and EVALSHA");
    if (!redis.managed) return fine("key locking", "not needed: this server runs one command at a time");
    return note("key locking", "not known to the server", "each script locks the whole database while it runs");
  }
}

const LEAST_VERSION = 7;

function version(info: ReadonlyMap<string, string>): Finding {
  const [name, text] = info.has("valkey_version")
    ? ["Valkey", info.get("valkey_version") ?? ""]
    : ["Redis", info.get("redis_version") ?? ""];
  if (text === "") return note("version", "the server does not tell");
  const compatible = parseInt(info.get("redis_version") ?? text);
  if (compatible >= LEAST_VERSION) return fine("version", `${name} ${text}`);
  return change("version", `${name} ${text}`, `run Redis ${LEAST_VERSION}.0 or later, or Valkey`);
}

function role(info: ReadonlyMap<string, string>): Finding {
  if (info.get("role") === "slave") {
    return change("role", "a replica, which takes no writes", "name the primary in the broker's URL");
  }
  if (info.get("cluster_enabled") === "1") {
    return note("role", "a node of a cluster", "use redis+cluster:// and partitions, so that all nodes share the work");
  }
  return fine("role", "primary");
}

async function membership(redis: CheckedRedis, info: ReadonlyMap<string, string>): Promise<Finding> {
  if (info.get("cluster_enabled") !== "1") {
    return change("cluster", "a server by itself", "name it by redis:// in place of redis+cluster://");
  }
  const state = /^cluster_state:(\w+)/m.exec(String(await redis.ask("CLUSTER", "INFO")))?.[1] ?? "unknown";
  if (state === "ok") return fine("cluster", "whole");
  return change("cluster", state, "bring back the nodes that are missing: redis-cli --cluster check tells which");
}

async function eviction(redis: CheckedRedis, info: ReadonlyMap<string, string>): Promise<Finding> {
  const policy = info.get("maxmemory_policy") ?? await setting(redis, "maxmemory-policy");
  if (policy === undefined) return note("eviction", "the server does not tell", "make sure that eviction is off");
  if (policy === "noeviction") return fine("eviction", "off: a full server refuses new tasks and keeps those it has");
  const advice = redis.managed
    ? "switch eviction off for this database: it throws tasks away"
    : "CONFIG SET maxmemory-policy noeviction now, and in redis.conf for the next start: a full server would throw tasks away";
  return change("eviction", policy, advice);
}

const NEARLY_FULL = 0.8;

function memory(info: ReadonlyMap<string, string>): Finding[] {
  const [used, most] = [Number(info.get("used_memory") ?? 0), Number(info.get("maxmemory") ?? 0)];
  if (most === 0) return [];
  const found = `${Math.round(used / most * 100)} % of ${info.get("maxmemory_human") ?? `${most} bytes`} are used`;
  if (used / most < NEARLY_FULL) return [fine("memory", found)];
  return [note("memory", found, "raise maxmemory or keep results for a shorter time: a full server refuses new tasks")];
}

async function persistence(redis: CheckedRedis, info: ReadonlyMap<string, string>): Promise<Finding> {
  if (info.get("aof_enabled") === "1") {
    if (info.get("aof_last_write_status") === "err") {
      return change("persistence", "the append-only file cannot be written", "free space on the server's disk");
    }
    return syncing(await setting(redis, "appendfsync"));
  }
  if (!info.has("aof_enabled")) {
    return note("persistence", "the server does not tell", "make sure that it keeps its data");
  }
  const save = await setting(redis, "save");
  const advice = "CONFIG SET appendonly yes now, and appendonly yes in redis.conf for the next start";
  if (save !== "") {
    return note("persistence", "snapshots only: what came after the last one is lost in a crash of the server", advice);
  }
  return change("persistence", "none: all tasks are lost when the server ends", advice);
}

function syncing(appendfsync: string | undefined): Finding {
  if (appendfsync === "no") {
    const found = "an append-only file that is written to the disk at leisure";
    return note(
      "persistence",
      found,
      "CONFIG SET appendfsync everysec: half a minute of tasks may be lost with the power",
    );
  }
  const when = appendfsync === "always" ? "with every command" : "every second";
  return fine("persistence", `an append-only file, written to the disk ${when}`);
}

/** A setting; undefined where the server does not tell. */
async function setting(redis: CheckedRedis, name: string): Promise<string | undefined> {
  const answer = await redis.ask("CONFIG", "GET", name).catch(() => undefined);
  return Array.isArray(answer) && answer.length > 1 ? String(answer[1]) : undefined;
}
