/** What every command works with: where it prints, and how it finds its app. @module */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import type { UmbelConfig } from "../app/settings.ts";
import type { Umbel } from "../app/umbel.ts";
import { AppNotFound, findApp } from "./find_app.ts";

/** What a command works with. */
export interface CliContext {
  /** Prints a line of the answer. */
  readonly print: (line: string) => void;
  /** Prints a line about the work, beside the answer. */
  readonly tell: (line: string) => void;
  /** The folder that names of modules are relative to. */
  readonly folder: string;
}

/** The options that stand before or behind any command. */
export interface GlobalOptions {
  readonly app?: string;
  readonly broker?: string;
  readonly config?: string;
}

/** An answer that has not come after so long is spoken of, in milliseconds. */
const PATIENCE = 2_000;

/** What is said while the answer of a broker does not come. */
const WAITING = (broker: string) => `Waiting for an answer of ${broker} ...`;

/** Runs `use` with the app that the options name, and closes it at the end; `waiting` is said where that takes long. */
export async function withApp<T>(
  context: CliContext,
  command: Command,
  use: (app: Umbel) => Promise<T>,
  waiting: (broker: string) => string = WAITING,
): Promise<T> {
  const app = await loadApp(context, command.optsWithGlobals<GlobalOptions>());
  const hint = setTimeout(() => context.tell(waiting(app.places.broker)), PATIENCE);
  try {
    return await use(app);
  } finally {
    clearTimeout(hint);
    await app.close();
  }
}

/** The app that the options name, with the settings of `umbel.config.ts` where there is one. */
export async function loadApp(context: CliContext, options: GlobalOptions): Promise<Umbel> {
  if (options.broker) process.env.UMBEL_BROKER = options.broker;
  const spec = options.app ?? process.env.UMBEL_APP;
  if (!spec) {
    throw new AppNotFound("Cannot run without an app: name its module, such as umbel -A tasks.ts, or set UMBEL_APP");
  }
  const app = await findApp(spec, context.folder);
  if (options.broker) app.reach(options.broker);
  await configure(app, context, options.config);
  void app.settings; // Variables that cannot be are told before anything is done.
  return app;
}

async function configure(app: Umbel, context: CliContext, path: string | undefined): Promise<void> {
  const file = resolve(context.folder, path ?? "umbel.config.ts");
  if (!await exists(file)) {
    if (path === undefined) return;
    throw new TypeError(`Cannot take settings from ${file} as it must be a file: there is none`);
  }
  const { default: config } = await importSettings(file);
  if (typeof config === "object" && config !== null) return app.configure(config, path ?? "umbel.config.ts");
  throw new TypeError(
    `Cannot take settings from ${file} as its default export must be an object: current value is ${typeof config}`,
  );
}

async function importSettings(file: string): Promise<{ readonly default?: UmbelConfig }> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Cannot take settings from ${file} as it must be a module that loads: ${why}`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then((found) => found.isFile(), () => false);
}
