/** `umbel cost`: what tasks cost in commands, measured, and what a month of them costs on Upstash's plans. @module */
import type { Command } from "commander";
import { maskUrl, restAccess } from "../../app/connect.ts";
import { findTarget } from "../broker_target.ts";
import type { CliContext, GlobalOptions } from "../context.ts";
import { Meter, MeterRefused } from "../cost/meter.ts";
import { measureOperations, type OperationCost } from "../cost/operations.ts";
import { count, type Needs, needsOf, type Pace, type PlanPrice, pricesOf, type Volume } from "../cost/prices.ts";
import { wholeNumber } from "../numbers.ts";
import { reachRedis, reasonOf } from "../reach.ts";
import { table } from "../table.ts";

/** A month at one pace. */
interface Month {
  readonly needs: Needs;
  readonly prices: readonly PlanPrice[];
}

interface CostFlags extends Volume {
  readonly json?: boolean;
}

/** Adds the command. */
export function costCommand(program: Command, context: CliContext): void {
  program.command("cost")
    .description("measure what tasks cost in commands, and tell what a month of them costs on Upstash's plans")
    .option("--tasks <n>", "tasks in a month", wholeNumber("--tasks"), 1_000_000)
    .option("--batch <n>", "tasks that are sent in one call", wholeNumber("--batch", 1), 1)
    .option("--looks <n>", "how often a caller looks for the result of a task", wholeNumber("--looks"), 0)
    .option("--workers <n>", "workers that run all the time", wholeNumber("--workers"), 1)
    .option("--bytes <n>", "bytes of a task's arguments and result together", wholeNumber("--bytes"), 200)
    .option("--days <n>", "days that a result is kept", wholeNumber("--days"), 1)
    .option("--json", "print JSON")
    .action(async (flags: CostFlags, command: Command) => {
      const { url } = await findTarget(context, command.optsWithGlobals<GlobalOptions>());
      await using meter = await meterFor(url);
      const costs = await measureOperations(meter);
      const month = (pace: Pace): Month => {
        const needs = needsOf(flags, costs, pace);
        return { needs, prices: pricesOf(needs) };
      };
      const months = { oneByOne: month("single"), inBatches: month("backlog") };
      if (flags.json) return context.print(JSON.stringify({ costs, ...months }, null, 2));
      print(context, flags, costs, months.oneByOne, months.inBatches);
    });
}

async function meterFor(url: string): Promise<Meter> {
  if (/^rediss?:/.test(url)) {
    await reachRedis(url, "measure the cost");
    return Meter.overTcp(url);
  }
  if (/^https?:/.test(url)) return await meterOverRest(url);
  const scheme = /^([a-z\d+]+):/.exec(url)?.[1] ?? "none";
  throw new TypeError(
    `Cannot measure the cost as the broker must be a Redis or a gateway, named by redis:// or https://: current scheme is ${scheme}; name one by -b`,
  );
}

async function meterOverRest(url: string): Promise<Meter> {
  const access = restAccess(url, process.env);
  try {
    return await Meter.overRest(access);
  } catch (cause) {
    if (cause instanceof MeterRefused) throw cause;
    throw new Error(`Cannot measure the cost as a gateway must answer at ${maskUrl(url)}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

function print(
  context: CliContext,
  { tasks, batch, workers }: Volume,
  costs: readonly OperationCost[],
  oneByOne: Month,
  inBatches: Month,
): void {
  const rows = costs.map(({ operation, sent, billed }) => [operation, figure(sent), figure(billed)]);
  context.print(table(["operation", "commands sent", "and in scripts, as billed"], rows));
  context.print("");
  const sent = batch > 1 ? `, sent ${batch} at a time` : "";
  context.print(`A month of ${count(tasks)} tasks${sent}, for ${workers} worker${workers === 1 ? "" : "s"}:`);
  const lines = (pace: string, { prices }: Month) =>
    prices.map(({ plan, dollars, why }) => [pace, plan, price(dollars), why]);
  const paces = [...lines("one by one", oneByOne), ...lines("in batches", inBatches)];
  context.print(table(["tasks come", "plan", "$", ""], paces));
}

function figure(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function price(dollars: number | undefined): string {
  return dollars === undefined ? "-" : dollars.toFixed(2);
}
