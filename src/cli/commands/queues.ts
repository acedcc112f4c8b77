/** `umbel queues`, `purge`, `pause`, `resume` and `dead`: see and steer what waits. @module */
import type { Command } from "commander";
import type { Umbel } from "../../app/umbel.ts";
import { type CliContext, withApp } from "../context.ts";
import { purge } from "../../worker/purge.ts";
import { wholeNumber } from "../numbers.ts";
import { table } from "../table.ts";

/** A long purge shows its progress after so many messages. */
const SLICE = 1_000;

/** Adds the commands. */
export function queueCommands(program: Command, context: CliContext): void {
  program.command("queues")
    .description("list the queues and how many messages are in them")
    .option("--json", "print JSON")
    .action((flags: { readonly json?: boolean }, command: Command) =>
      withApp(context, command, async (app) => {
        const queues = await (await app.broker()).queues();
        if (flags.json) return context.print(JSON.stringify(queues, null, 2));
        const rows = queues.map((q) => [q.name, q.ready, q.delayed, q.active, q.dead, q.paused ? "paused" : ""]);
        context.print(table(["queue", "ready", "delayed", "active", "dead", ""], rows));
      })
    );

  program.command("purge")
    .description("end all waiting tasks of a queue, and what waits for them; what runs goes on")
    .argument("<queue>", "the queue")
    .option("-f, --force", "do it; without, only how many would be removed is told")
    .action((queue: string, flags: { readonly force?: boolean }, command: Command) =>
      withApp(context, command, (app) => flags.force ? remove(app, queue, context) : count(app, queue, context))
    );

  for (const verb of ["pause", "resume"] as const) {
    program.command(verb)
      .description(verb === "pause" ? "let a queue take messages and hand out none" : "end the pause of a queue")
      .argument("<queue>", "the queue")
      .action((queue: string, _: unknown, command: Command) =>
        withApp(context, command, async (app) => {
          await (await app.broker())[verb](queue);
          context.print(`${queue}: ${verb}d`);
        })
      );
  }
  deadCommand(program, context);
}

async function count(app: Umbel, queue: string, context: CliContext): Promise<void> {
  const found = (await (await app.broker()).queues()).find(({ name }) => name === queue);
  const waiting = (found?.ready ?? 0) + (found?.delayed ?? 0);
  context.print(`${waiting} messages wait in ${queue}; add --force to remove them`);
}

async function remove(app: Umbel, queue: string, context: CliContext): Promise<void> {
  let told = 0;
  const removed = await purge(app, queue, {
    progress: (ended) => {
      if (ended < told + SLICE) return;
      told = ended;
      context.tell(`${ended} removed so far`);
    },
  });
  context.print(`${removed} messages removed from ${queue}`);
}

interface DeadFlags {
  readonly limit: number;
  readonly revive?: boolean;
  readonly discard?: boolean;
}

function deadCommand(program: Command, context: CliContext): void {
  program.command("dead")
    .description("list the dead letters of a queue; put them back, or remove them")
    .argument("<queue>", "the queue")
    .argument("[ids...]", "which ones to revive or discard; all that are listed when absent")
    .option("--limit <n>", "how many to list", wholeNumber("--limit", 1), 100)
    .option("--revive", "put them back to the end of the queue")
    .option("--discard", "remove them for good")
    .action((queue: string, ids: string[], flags: DeadFlags, command: Command) =>
      withApp(context, command, async (app) => {
        const broker = await app.broker();
        const letters = await broker.dead(queue, flags.limit);
        const chosen = ids.length > 0 ? ids : letters.map(({ id }) => id);
        if (flags.revive) return context.print(`${await broker.revive(queue, chosen)} messages put back`);
        if (flags.discard) return context.print(`${await broker.discard(queue, chosen)} messages removed`);
        const rows = letters.map(({ id, reason, at, text }) => [id, new Date(at).toISOString(), taskOf(text), reason]);
        context.print(table(["id", "since", "task", "reason"], rows));
      })
    );
}

function taskOf(text: string): string {
  return /"task":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? "?";
}
