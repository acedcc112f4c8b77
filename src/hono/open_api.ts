/** Describes the exposed tasks as an OpenAPI document. @module */
import type { TaskDefinition } from "../task/definition.ts";
import { describeTask, type TaskDescription } from "../task/describe.ts";

/** The OpenAPI 3.1 document of tasks. */
export function openApi(title: string, definitions: Iterable<TaskDefinition>): object {
  const tasks = [...definitions].map(describeTask).sort((a, b) => a.task < b.task ? -1 : 1);
  return {
    openapi: "3.1.0",
    info: { title, version: "1" },
    paths: {
      ...Object.fromEntries(tasks.map((task) => [`/tasks/${task.task}`, { post: sendOperation(task) }])),
      "/results/{id}": { get: RESULT_OPERATION },
    },
  };
}

function sendOperation(described: TaskDescription): object {
  const { task, description } = described;
  return {
    operationId: task,
    ...(description && { summary: description }),
    parameters: [{ name: "Idempotency-Key", in: "header", required: false, schema: { type: "string" } }],
    requestBody: { required: true, content: { "application/json": { schema: bodySchema(described) } } },
    responses: {
      "202": response("The task was sent; its id and the Location of its result"),
      "422": response("The arguments do not fit; the problems with their paths"),
    },
  };
}

function bodySchema({ args, rest, kwargs, required }: TaskDescription): object {
  return {
    type: "object",
    properties: {
      args: { type: "array", prefixItems: args, items: rest ?? false, minItems: required },
      ...(kwargs && { kwargs }),
    },
    ...(required > 0 && { required: ["args"] }),
  };
}

const RESULT_OPERATION = {
  operationId: "result",
  parameters: [
    { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } },
    { name: "Prefer", in: "header", required: false, schema: { type: "string", examples: ["wait=10"] } },
  ],
  responses: {
    "200": response("The task has ended: its state, and its result or error"),
    "202": response("The task has not ended: its state, and its progress"),
    "404": response("There is no such result"),
  },
};

function response(description: string): object {
  return { description };
}
