/** `umbel call` and `umbel result`: send a task, and see what became of it. @module */
import type { Command } from "commander";
import type { Umbel } from "../../app/umbel.ts";
import type { Duration } from "../../base/duration.ts";
import { isPlainObject } from "../../base/json.ts";
import type { AsyncResult } from "../../canvas/handles.ts";
import type { ResultRecord } from "../../protocol/result.ts";
import type { CallOptions } from "../../task/options.ts";
import { type CliContext, withApp } from "../context.ts";
import { json, wholeNumber } from "../numbers.ts";

interface CallFlags {
  readonly args?: unknown;
  readonly kwargs?: unknown;
  readonly queue?: string;
  readonly priority?: number;
  readonly countdown?: Duration;
  readonly eta?: string;
  readonly expires?: Duration;
  readonly id?: string;
  readonly wait?: boolean;
  readonly timeout?: Duration;
}

/** Adds the commands. */
export function callCommands(program: Command, context: CliContext): void {
  program.command("call")
    .description("send a task; prints its id, or with --wait its result")
    .argument("<task>", "the task's name")
    .option("-a, --args <json>", "positional arguments, a JSON array", json("--args"))
    .option("-k, --kwargs <json>", "named arguments, a JSON object", json("--kwargs"))
    .option("-Q, --queue <name>", "the queue")
    .option("-p, --priority <n>", "0 to 9; 9 is served first", wholeNumber("--priority"))
    .option("--countdown <duration>", "run it after this time, such as 10s")
    .option("--eta <date>", "run it at this time, an ISO date")
    .option("--expires <duration>", "do not run it if it has not begun after this time")
    .option("--id <uuid>", "its id; the same id twice is one task")
    .option("-w, --wait", "wait for the result and print it")
    .option("-t, --timeout <duration>", "with --wait: how long at most")
    .action((task: string, flags: CallFlags, command: Command) =>
      withApp(context, command, async (app) => {
        if (app.tasks.all().length > 0 && app.tasks.get(task) === undefined) context.tell(unknown(app, task));
        const result = await send(app, task, flags);
        if (!flags.wait) return context.print(result.id);
        const value = await result.get(flags.timeout ? { timeout: flags.timeout } : {});
        context.print(show(value));
      }, flags.wait ? (broker) => `Waiting for a worker at ${broker} ...` : undefined)
    );

  program.command("result")
    .description("show what is known of a task, as JSON")
    .argument("<id>", "the task's id")
    .option("--traceback", "show only the stack of its error")
    .action((id: string, flags: { readonly traceback?: boolean }, command: Command) =>
      withApp(context, command, async (app) => {
        const result = app.result(id);
        if (flags.traceback) return context.print((await result.traceback()) ?? "no traceback");
        context.print(show({ id, state: await result.state(), ...(await readRecord(result)) }));
      })
    );
}

/** The worker may know it; more often a name was mistyped. */
function unknown(app: Umbel, task: string): string {
  const names = app.tasks.all().map(({ definition }) => definition.name);
  return `${task} is no task of app ${app.name}, which has ${names.join(", ")}; it is sent all the same`;
}

async function send(app: Umbel, task: string, flags: CallFlags): Promise<AsyncResult<unknown>> {
  const { args = [], kwargs, queue, priority, countdown, eta, expires, id } = flags;
  if (!Array.isArray(args)) throw new TypeError("Cannot call as --args must be a JSON array, such as '[4, 4]'");
  if (kwargs !== undefined && !isPlainObject(kwargs)) {
    throw new TypeError("Cannot call as --kwargs must be a JSON object");
  }
  const options: CallOptions = {
    ...(queue && { queue }),
    ...(priority !== undefined && { priority }),
    ...(countdown && { countdown }),
    ...(eta && { eta: new Date(eta) }),
    ...(expires && { expires }),
    ...(id && { id }),
  };
  return await app.send(task, args, kwargs ? { ...options, kwargs } : options);
}

/** What is known of a task, its value as people read it where this end can: it may lack a codec, or a blob may be gone. */
async function readRecord(result: AsyncResult<unknown>): Promise<ResultRecord | undefined> {
  const record = await result.info();
  if (record?.state !== "SUCCESS" || record.enc === undefined) return record;
  return { ...record, data: await result.result().catch(() => record.data) };
}

/** A value as JSON, as far as that goes. */
function show(value: unknown): string {
  return JSON.stringify(value, (_, part) => readable(part), 2) ?? "undefined";
}

function readable(part: unknown): unknown {
  if (typeof part === "bigint" || part instanceof RegExp || part instanceof Error) return String(part);
  if (part instanceof Map || part instanceof Set) return [...part];
  return ArrayBuffer.isView(part) || part instanceof ArrayBuffer ? `${part.byteLength} bytes` : part;
}
