/** `umbel inspect`: what is registered, who works, what waits, and what a message carries. @module */
import type { Command } from "commander";
import { formatDuration } from "../../base/duration.ts";
import { decodeMessage } from "../../protocol/message.ts";
import { describeTask, type TaskDescription } from "../../task/describe.ts";
import { type CliContext, withApp } from "../context.ts";
import { wholeNumber } from "../numbers.ts";
import { table } from "../table.ts";

/** Adds the command and its parts. */
export function inspectCommand(program: Command, context: CliContext): void {
  const inspect = program.command("inspect").description("look into an app and its queues");

  inspect.command("registered")
    .description("the tasks of the app, with the schema of each as JSON Schema")
    .option("--json", "print JSON")
    .action((flags: { readonly json?: boolean }, command: Command) =>
      withApp(context, command, async (app) => {
        const tasks = app.tasks.all().map(({ definition }) => describeTask(definition));
        context.print(flags.json ? JSON.stringify(tasks, null, 2) : tasks.map(prettyTask).join("\n\n"));
      })
    );

  inspect.command("workers")
    .description("the workers that hold messages now")
    .action((_: unknown, command: Command) =>
      withApp(context, command, async (app) => {
        const workers = await (await app.broker()).workers();
        const rows = workers.map((w) => [w.name, w.active, formatDuration(w.leaseLeft), w.incarnation]);
        context.print(table(["worker", "active", "lease left", "incarnation"], rows));
      })
    );

  inspect.command("queue")
    .description("the first messages of a queue, without taking them")
    .argument("<queue>", "the queue")
    .option("--limit <n>", "how many", wholeNumber("--limit", 1), 20)
    .action((queue: string, flags: { readonly limit: number }, command: Command) =>
      withApp(context, command, async (app) => {
        const letters = await (await app.broker()).peek(queue, flags.limit);
        const rows = letters.map(({ id, text, state, due, priority }) => {
          const { task, flags = [] } = decodeMessage(id, text);
          const when = due === undefined ? "" : new Date(due).toISOString();
          return [id, task, state, when, priority, flags.map(([path, kind]) => `${path}: ${kind}`).join(", ")];
        });
        context.print(table(["id", "task", "state", "due", "priority", "flags"], rows));
      })
    );
}

function prettyTask(task: TaskDescription): string {
  const { task: name, description, required: _, ...rest } = task;
  const lines = Object.entries(rest).flatMap(([key, value]) =>
    Array.isArray(value)
      ? value.map((schema, index) => `  ${key}[${index}]  ${JSON.stringify(schema)}`)
      : [`  ${key}  ${typeof value === "string" ? value : JSON.stringify(value)}`]
  );
  return [name + (description ? `  ${description}` : ""), ...lines].join("\n");
}
