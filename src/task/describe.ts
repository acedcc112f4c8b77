/** Describes a contract in JSON Schema, for people and for documents. @module */
import { toJSONSchema } from "zod/v4/core";
import type { TaskDefinition } from "./definition.ts";
import type { Schema } from "./schema.ts";

/** A contract in JSON Schema. */
export interface TaskDescription {
  readonly task: string;
  readonly description?: string;
  readonly queue?: string;
  readonly args: readonly object[];
  /** How many of the positional arguments must be given. */
  readonly required: number;
  readonly rest?: object;
  readonly kwargs?: object;
  readonly returns?: object;
}

/** The description of a task: what its callers may give, and what they get. */
export function describeTask(definition: TaskDefinition): TaskDescription {
  const { name, args, rest, kwargs, returns, options } = definition;
  return {
    task: name,
    ...(options.description && { description: options.description }),
    ...(options.queue && { queue: options.queue }),
    args: args.map((schema) => jsonSchema(schema, "input")),
    required: args.filter((schema) => schema._zod.optin === undefined).length,
    ...(rest && { rest: jsonSchema(rest, "input") }),
    ...(kwargs && { kwargs: jsonSchema(kwargs, "input") }),
    ...(returns && { returns: jsonSchema(returns, "output") }),
  };
}

/** A schema as JSON Schema; what JSON Schema cannot say becomes `{}`. */
function jsonSchema(schema: Schema, io: "input" | "output"): object {
  const { $schema: _, ["~standard"]: __, ...rest } = toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
