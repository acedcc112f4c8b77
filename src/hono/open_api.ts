/** Describes the exposed tasks as an OpenAPI document. @module */
import { toJSONSchema } from "zod/v4/core";
import type { Umbel } from "../app/umbel.ts";
import type { TaskDefinition } from "../task/contract.ts";
import type { Schema } from "../task/schema.ts";

/** The OpenAPI 3.1 document of the exposed tasks. */
export function openApi(app: Umbel, exposed: ReadonlySet<string>): object {
  const tasks = app.tasks.all().map(({ definition }) => definition).filter(({ name }) => exposed.has(name));
  return {
    openapi: "3.1.0",
    info: { title: app.name, version: "1" },
    paths: {
      ...Object.fromEntries(tasks.map((task) => [`/tasks/${task.name}`, { post: sendOperation(task) }])),
      "/results/{id}": { get: RESULT_OPERATION },
    },
  };
}

function sendOperation(task: TaskDefinition): object {
  return {
    operationId: task.name,
    ...(task.options.description && { summary: task.options.description }),
    parameters: [{ name: "Idempotency-Key", in: "header", required: false, schema: { type: "string" } }],
    requestBody: { required: true, content: { "application/json": { schema: bodySchema(task) } } },
    responses: {
      "202": described("The task was sent; its id and the Location of its result"),
      "422": described("The arguments do not fit; the problems with their paths"),
    },
  };
}

function bodySchema({ args, rest, kwargs }: TaskDefinition): object {
  const required = args.filter((schema) => schema._zod.optin === undefined).length;
  return {
    type: "object",
    properties: {
      args: {
        type: "array",
        prefixItems: args.map(jsonSchema),
        items: rest ? jsonSchema(rest) : false,
        minItems: required,
      },
      ...(kwargs && { kwargs: jsonSchema(kwargs) }),
    },
    ...(required > 0 && { required: ["args"] }),
  };
}

/** What a caller may give, as JSON Schema; what JSON Schema cannot say becomes `{}`. */
function jsonSchema(schema: Schema): object {
  const { $schema: _, ["~standard"]: __, ...rest } = toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

const RESULT_OPERATION = {
  operationId: "result",
  parameters: [
    { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } },
    { name: "Prefer", in: "header", required: false, schema: { type: "string", examples: ["wait=10"] } },
  ],
  responses: {
    "200": described("The task has ended: its state, and its result or error"),
    "202": described("The task has not ended: its state, and its progress"),
    "404": described("There is no such result"),
  },
};

function described(description: string): object {
  return { description };
}
