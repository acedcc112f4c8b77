/** `umbel report`: what a bug report should say of a setup, without secrets. @module */
import type { Command } from "commander";
import type { Umbel } from "../../app/umbel.ts";
import { codecReport } from "../../codecs/wasm/mod.ts";
import { type CliContext, type GlobalOptions, loadApp } from "../context.ts";
import { VERSION } from "../version.ts";

/** Adds the command. */
export function reportCommand(program: Command, context: CliContext): void {
  program.command("report")
    .description(
      "print what a bug report should say: versions, runtime, codec, and the app's broker, blob store and settings",
    )
    .option("--json", "print JSON")
    .action(async (flags: { readonly json?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const app = options.app ?? process.env.UMBEL_APP ? await loadApp(context, options) : undefined;
      const report = { ...reportOfProcess(), ...(app && reportOfApp(app)) };
      if (flags.json) return context.print(JSON.stringify(report, null, 2));
      for (const [key, value] of Object.entries(report)) context.print(`${key.padEnd(12)}${value}`);
    });
}

function reportOfProcess(): Record<string, string> {
  const { implementation, reason, moduleBytes } = codecReport();
  const codec = reason === undefined ? `${implementation}, ${moduleBytes} bytes` : `${implementation}: ${reason}`;
  return { umbel: VERSION, runtime: runtimeName(), platform: `${process.platform} ${process.arch}`, codec };
}

/** Bun and Deno call themselves Node too, so they are looked for first. */
function runtimeName(): string {
  const { bun, deno, node } = process.versions as Readonly<Record<string, string | undefined>>;
  return bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${node}`;
}

function reportOfApp(app: Umbel): Record<string, string> {
  const settings = Object.entries(app.settings).map(([key, value]) => `${key}=${value}`);
  return {
    app: app.name,
    broker: app.places.broker,
    blobs: app.places.blobs,
    tasks: String(app.tasks.all().length),
    settings: settings.join(" "),
  };
}
