/** `umbel doctor`: checks the broker, and says what to change. @module */
import type { Command } from "commander";
import { BROKER_FORMS, maskUrl, restAccess } from "../../app/connect.ts";
import { readClusterUrl } from "../../brokers/redis/cluster/cluster_url.ts";
import { type BrokerTarget, findTarget } from "../broker_target.ts";
import type { CliContext, GlobalOptions } from "../context.ts";
import { overRest, overTcp } from "../doctor/connections.ts";
import { type Finding, fine, note } from "../doctor/finding.ts";
import { checkRedis } from "../doctor/redis.ts";
import { checkSqlite } from "../doctor/sqlite.ts";

/** Something has to be changed: the doctor ends with 1. */
export class ChangeNeeded extends Error {}

/** Adds the command. */
export function doctorCommand(program: Command, context: CliContext): void {
  program.command("doctor")
    .description("check the broker, and say what to change; ends with 1 when something has to be")
    .option("--json", "print JSON")
    .action(async (flags: { readonly json?: boolean }, command: Command) => {
      const target = await findTarget(context, command.optsWithGlobals<GlobalOptions>());
      const findings = await examine(target);
      if (flags.json) context.print(JSON.stringify({ broker: maskUrl(target.url), findings }, null, 2));
      else [maskUrl(target.url), "", ...findings.map(lineOf)].forEach(context.print);
      const changes = findings.filter(({ level }) => level === "change").length;
      if (changes > 0) {
        throw new ChangeNeeded(changes === 1 ? "one thing must change" : `${changes} things must change`);
      }
    });
}

async function examine({ url, broker }: BrokerTarget): Promise<Finding[]> {
  const [scheme = "", rest = ""] = /^([a-z+]+):(.*)$/s.exec(url)?.slice(1) ?? [];
  switch (scheme) {
    case "redis":
    case "rediss":
      return await overTcp({ url }, (redis) => checkRedis(redis));
    case "redis+cluster":
    case "rediss+cluster":
      return await checkCluster(url);
    case "https":
    case "http":
      return await overRest(restAccess(url, process.env), (redis) => checkRedis(redis));
    case "sqlite":
      return await checkSqlite(rest);
    case "memory":
      return [note("broker", "in memory", "for tests only: all tasks end with the process")];
    default:
      if (broker === undefined) throw new TypeError(`Cannot check a broker as its URL must be one of ${BROKER_FORMS}`);
      await broker.queues();
      return [fine("broker", `${broker.description}: it answers`)];
  }
}

/** Each node that the URL names, for itself; what is found carries the node's name. */
async function checkCluster(url: string): Promise<Finding[]> {
  const { nodes, address } = readClusterUrl(url);
  const findings = nodes.map(async (node) => {
    const scheme = address.tls ? "rediss" : "redis";
    const found = await overTcp({ ...address, url: `${scheme}://${node}` }, (redis) => checkRedis(redis, "cluster"));
    return found.map((finding) => ({ ...finding, found: `${node}: ${finding.found}` }));
  });
  return (await Promise.all(findings)).flat();
}

const MARKS = { ok: "ok     ", note: "note   ", change: "CHANGE " } as const;

function lineOf({ level, what, found, advice }: Finding): string {
  const line = `${MARKS[level]}${what.padEnd(14)}${found}`;
  return advice === undefined ? line : `${line}\n${" ".repeat(21)}-> ${advice}`;
}
