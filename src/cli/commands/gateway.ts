/** `umbel gateway`: serves Upstash's REST API over a plain Redis until a signal stops it. @module */
import { type Command, Option } from "commander";
import { maskUrl } from "../../app/connect.ts";
import { type Duration, toMilliseconds } from "../../base/duration.ts";
import { LOG_LEVELS, type LogLevel } from "../../base/log.ts";
import {
  GATEWAY_PLANS,
  type GatewayLimits,
  type GatewayPlan,
  serveGateway,
  type ServeGatewayOptions,
} from "../../gateway/mod.ts";
import { consoleLogger } from "../../worker/console_log.ts";
import type { CliContext, GlobalOptions } from "../context.ts";
import { wholeNumber } from "../numbers.ts";
import { reachRedis } from "../reach.ts";
import { untilSignal } from "../signals.ts";

interface GatewayFlags extends GatewayLimits {
  readonly redis: string;
  readonly port: number;
  readonly hostname: string;
  readonly token?: string;
  readonly readOnlyToken?: string;
  readonly plan?: GatewayPlan;
  readonly undeclaredKeys: "refuse" | "allow";
  readonly keepAlive: Duration;
  readonly loglevel: LogLevel | "silent";
}

/** Adds the command. */
export function gatewayCommand(program: Command, context: CliContext): void {
  const limit = (flag: string) => wholeNumber(flag, 1);
  program.command("gateway")
    .description("serve Upstash's REST API over any Redis, for development, tests and self-hosting")
    .addOption(
      new Option("--redis <url>", "the Redis behind it; -b names it too").env("UMBEL_REDIS").default(
        "redis://127.0.0.1:6379",
      ),
    )
    .option("-p, --port <n>", "the port; 0 for any that is free", wholeNumber("--port", 0, 65_535), 8079)
    .option("--hostname <address>", "the address to listen on", "127.0.0.1")
    .addOption(
      new Option("--token <text>", "the token that may do everything; one is made when absent")
        .env("UPSTASH_REDIS_REST_TOKEN"),
    )
    .addOption(
      new Option("--read-only-token <text>", "a token that may only read").env("UPSTASH_REDIS_REST_READONLY_TOKEN"),
    )
    .addOption(new Option("--plan <plan>", "keep the limits of a plan").choices(Object.keys(GATEWAY_PLANS)))
    .option("--commands-per-second <n>", "more have to wait", limit("--commands-per-second"))
    .option("--max-request-bytes <n>", "larger requests are refused", limit("--max-request-bytes"))
    .option("--max-record-bytes <n>", "what one key may hold", limit("--max-record-bytes"))
    .option("--max-key-bytes <n>", "longer names of keys are refused", limit("--max-key-bytes"))
    .addOption(
      new Option("--undeclared-keys <what>", "what becomes of scripts that touch keys they did not declare")
        .choices(["refuse", "allow"]).default("refuse"),
    )
    .option("--keep-alive <duration>", "pause after which a silent event stream sends a comment", "15s")
    .addOption(new Option("-l, --loglevel <level>", "the least level of its lines").choices(LOG_LEVELS).default("info"))
    .action(async (flags: GatewayFlags, command: Command) => {
      const { broker } = command.optsWithGlobals<GlobalOptions>();
      const isNamed = command.getOptionValueSource("redis") === "cli";
      await serve(broker === undefined || isNamed ? flags : { ...flags, redis: broker }, context);
    });
}

async function serve(flags: GatewayFlags, context: CliContext): Promise<void> {
  // A gateway whose Redis is not there would answer every request with an error: better told at once.
  await reachRedis(flags.redis, "serve a gateway", true);
  const stopped = untilSignal();
  await using gateway = await serveGateway(optionsOf(flags));
  context.print(`UPSTASH_REDIS_REST_URL=${gateway.url}`);
  context.print(`UPSTASH_REDIS_REST_TOKEN=${flags.token === undefined ? gateway.token : "(as given)"}`);
  context.tell(`Serving ${maskUrl(flags.redis)}; Ctrl-C stops it`);
  const signal = await stopped;
  const { requests, commands, client, inner } = gateway.cost();
  context.tell(`${signal}: ${requests} requests, ${commands} commands billed (${client} sent, ${inner} in scripts)`);
}

function optionsOf(flags: GatewayFlags): ServeGatewayOptions {
  const { redis, port, hostname, token, readOnlyToken, undeclaredKeys, keepAlive, loglevel } = flags;
  toMilliseconds(keepAlive, "--keep-alive");
  return {
    ...{ redis, port, hostname, undeclaredKeys, keepAlive, limits: limitsOf(flags) },
    ...(token !== undefined && { token }),
    ...(readOnlyToken !== undefined && { readOnlyToken }),
    log: consoleLogger({ level: loglevel }),
  };
}

/** A plan's limits, with one's own over them. */
function limitsOf({ plan, ...flags }: GatewayFlags): GatewayLimits {
  const { commandsPerSecond, maxRequestBytes, maxRecordBytes, maxKeyBytes } = flags;
  const own: GatewayLimits = {
    ...(commandsPerSecond && { commandsPerSecond }),
    ...(maxRequestBytes && { maxRequestBytes }),
    ...(maxRecordBytes && { maxRecordBytes }),
    ...(maxKeyBytes && { maxKeyBytes }),
  };
  return { ...(plan && GATEWAY_PLANS[plan]), ...own };
}
