/** `umbel blobs`: list, size and collect what is kept for messages and results. @module */
import type { Command } from "commander";
import type { Umbel } from "../../app/umbel.ts";
import { BlobCollector } from "../../inspect/blob_collector.ts";
import { type CliContext, withApp } from "../context.ts";
import { wholeNumber } from "../numbers.ts";
import { table } from "../table.ts";

interface BlobFlags {
  readonly limit: number;
  readonly json?: boolean;
  readonly collect?: boolean;
}

/** Adds the command. */
export function blobsCommand(program: Command, context: CliContext): void {
  program.command("blobs")
    .description("list the files, streams and large values that are kept for tasks; remove those that none needs")
    .argument("[task]", "the id of a task, for its blobs only")
    .option("--limit <n>", "how many to list", wholeNumber("--limit", 1), 100)
    .option("--json", "print JSON")
    .option("--collect", "remove those that no task needs any more")
    .action((task: string | undefined, flags: BlobFlags, command: Command) =>
      withApp(context, command, (app) => flags.collect ? collect(app, task, context) : list(app, task, flags, context))
    );
}

async function collectorOf(app: Umbel): Promise<BlobCollector> {
  const [store, broker] = [await app.blobs(), await app.broker()];
  return new BlobCollector({ store, broker, now: Date.now, grace: app.settings.blobGrace });
}

async function list(app: Umbel, task: string | undefined, flags: BlobFlags, context: CliContext): Promise<void> {
  const collector = await collectorOf(app);
  const [rows, totals] = [[] as (readonly (string | number)[])[], { count: 0, bytes: 0, unneeded: 0 }];
  for await (const { info, task: owner, needed } of collector.look(task)) {
    totals.count++;
    totals.bytes += info.size;
    if (needed === "no") totals.unneeded++;
    if (rows.length < flags.limit) {
      rows.push([info.key, owner, info.size, new Date(info.created).toISOString(), needed]);
    }
  }
  if (flags.json) {
    const blobs = rows.map(([key, of, size, created, needed]) => ({ key, task: of, size, created, needed }));
    return context.print(JSON.stringify({ store: (await app.blobs()).description, ...totals, blobs }, null, 2));
  }
  if (rows.length > 0) context.print(table(["key", "task", "bytes", "created", "needed"], rows));
  context.print(`${totals.count} blobs, ${totals.bytes} bytes in ${(await app.blobs()).description}`);
  if (totals.unneeded > 0) {
    context.print(`${totals.unneeded} of them are needed by no task; add --collect to remove them`);
  }
}

async function collect(app: Umbel, task: string | undefined, context: CliContext): Promise<void> {
  const { seen, removed, removedBytes } = await (await collectorOf(app)).collect(task);
  context.print(`${removed} of ${seen} blobs removed, ${removedBytes} bytes`);
}
