/** `umbel graph`: draws the workflow that a task belongs to. @module */
import { type Command, Option } from "commander";
import { UnknownTask } from "../../client/pending_task.ts";
import { type CliContext, withApp } from "../context.ts";

interface GraphFlags {
  readonly dot?: boolean;
  readonly json?: boolean;
}

/** Adds the command. */
export function graphCommand(program: Command, context: CliContext): void {
  program.command("graph")
    .description("draw the workflow of a task or group, with the states of its tasks, as a Mermaid flowchart")
    .argument("<id>", "the id of any task of it, or of its group")
    .addOption(new Option("--dot", "in the language of Graphviz instead").conflicts("json"))
    .option("--json", "as JSON: nodes and edges")
    .action((id: string, flags: GraphFlags, command: Command) =>
      withApp(context, command, async (app) => {
        const graph = await app.flows.graph(id);
        const { nodes, edges } = graph;
        if (nodes.length === 1 && nodes[0]?.state === "UNKNOWN") {
          throw new UnknownTask(
            `Cannot draw the workflow of ${id} as it must be the id of a task or group that the broker knows: ` +
              "it was never sent there, was forgotten, or its result has expired",
          );
        }
        context.print(
          flags.json ? JSON.stringify({ nodes, edges }, null, 2) : flags.dot ? graph.dot() : graph.mermaid(),
        );
      })
    );
}
