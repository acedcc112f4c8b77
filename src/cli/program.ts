/** The command line: `umbel`. @module */
import { Command, CommanderError } from "commander";
import { blobsCommand } from "./commands/blobs.ts";
import { callCommands } from "./commands/call.ts";
import { costCommand } from "./commands/cost.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { gatewayCommand } from "./commands/gateway.ts";
import { graphCommand } from "./commands/graph.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { queueCommands } from "./commands/queues.ts";
import { reportCommand } from "./commands/report.ts";
import { workerCommand } from "./commands/worker.ts";
import type { CliContext } from "./context.ts";
import { unknownVariables } from "./unknown_variables.ts";
import { VERSION } from "./version.ts";

/** The program with all its commands. */
export function createProgram(context: CliContext): Command {
  const program = new Command("umbel")
    .description("A typed distributed task queue: run workers, send tasks, look into queues")
    .version(VERSION, "-V, --version")
    .option("-A, --app <module>", "the module of the app, such as tasks.ts, a folder, or tasks.ts:name (UMBEL_APP)")
    .option("-b, --broker <url>", "the URL of a broker to use instead of the app's own (UMBEL_BROKER)")
    .option("--config <file>", "the file of settings; umbel.config.ts when there is one")
    .configureOutput({
      writeOut: (text) => context.print(text.trimEnd()),
      writeErr: (text) => context.tell(text.trimEnd()),
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(umbel --help tells more)")
    .hook("preAction", () => unknownVariables(process.env).forEach((line) => context.tell(`umbel: ${line}`)))
    .exitOverride();
  for (
    const add of [
      workerCommand,
      callCommands,
      graphCommand,
      queueCommands,
      inspectCommand,
      blobsCommand,
      gatewayCommand,
      doctorCommand,
      costCommand,
      reportCommand,
    ]
  ) {
    add(program, context);
  }
  for (const command of program.commands) inherit(command);
  return program;
}

function inherit(command: Command): void {
  command.exitOverride();
  for (const part of command.commands) inherit(part);
}

/** Runs a command line and gives its exit code: 0, 1 when it failed, 2 when it could not be understood. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    context.tell(`umbel: ${messageOf(error)}`);
    return 1;
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const name = error.name === "Error" ? "" : `${error.name}: `;
  return name + error.message + (process.env.UMBEL_DEBUG ? `\n${error.stack}` : "");
}
