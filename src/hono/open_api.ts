/** Describes the exposed tasks as an OpenAPI document. @module */
import type { TaskDefinition } from "../task/definition.ts";
import { describeTask, type TaskDescription } from "../task/describe.ts";

/** The OpenAPI 3.1 document of tasks, whose routes are mounted at a path. */
export function openApi(title: string, mount: string, definitions: Iterable<TaskDefinition>): object {
  const tasks = [...definitions].map(describeTask).sort((a, b) => a.task < b.task ? -1 : 1);
  return {
    openapi: "3.1.0",
    info: { title, version: "1" },
    servers: [{ url: mount || "/" }],
    paths: {
      ...Object.fromEntries(tasks.map((task) => [`/tasks/${encodeURIComponent(task.task)}`, { post: sendOf(task) }])),
      "/results/{id}": { get: RESULT_OPERATION },
    },
    components: { schemas: { Sent: SENT, Result: RESULT, Problem: PROBLEM } },
  };
}

const text = { type: "string" };
const number = { type: "number" };

const SENT = { type: "object", properties: { id: { type: "string", format: "uuid" }, task: text }, required: ["id"] };

const RESULT = {
  type: "object",
  properties: {
    id: { type: "string", format: "uuid" },
    task: text,
    state: text,
    result: { description: "What the task returned, once its state is SUCCESS" },
    error: { type: "object", properties: { name: text, message: text } },
    progress: { description: "What the task last told of its progress" },
    started: number,
    ended: number,
  },
  required: ["id", "state"],
};

const PROBLEM = {
  type: "object",
  properties: {
    error: text,
    problems: {
      type: "array",
      items: { type: "object", properties: { path: text, expected: text, received: text } },
    },
    effect: { type: "string", enum: ["done", "not done", "unknown"] },
  },
  required: ["error"],
};

function sendOf(described: TaskDescription): object {
  const { task, description, returns } = described;
  return {
    operationId: task,
    ...(description && { summary: description }),
    parameters: [{ name: "Idempotency-Key", in: "header", required: false, schema: text }],
    requestBody: { required: true, content: { "application/json": { schema: bodySchema(described) } } },
    responses: {
      "202": {
        ...response("The task was sent; its id, and the Location of its result", "Sent"),
        headers: { Location: { schema: text } },
      },
      "400": response("The body or its options are not as they must be", "Problem"),
      "403": response("This request may not do that", "Problem"),
      "413": response("The body is too long", "Problem"),
      "415": response("The body is not said to be JSON", "Problem"),
      "422": response("The arguments do not fit; the problems with their paths", "Problem"),
      "503": response("The queue does not answer, or is full; what is known of the task", "Problem"),
    },
    ...(returns && { "x-returns": returns }),
  };
}

function bodySchema({ task, rest, kwargs, required, ...described }: TaskDescription): object {
  const args = described.args.map((schema, place) => rooted(schema, `${task}:${place}`));
  return {
    type: "object",
    properties: {
      args: {
        type: "array",
        ...(args.length > 0 && { prefixItems: args }),
        items: rest ? rooted(rest, `${task}:rest`) : false,
        minItems: required,
      },
      ...(kwargs && { kwargs: rooted(kwargs, `${task}:kwargs`) }),
      options: OPTIONS,
    },
    additionalProperties: false,
    ...(required > 0 && { required: ["args"] }),
  };
}

/** A schema whose references are into itself: without an address of its own they would be into the document. */
function rooted(schema: object, name: string): object {
  return JSON.stringify(schema).includes('"$ref":"#')
    ? { $id: `urn:umbel:${encodeURIComponent(name)}`, ...schema }
    : schema;
}

const OPTIONS = {
  type: "object",
  properties: {
    countdown: { description: 'How long the task waits first, such as "10s"' },
    expires: { description: 'After how long it must not begin any more, such as "1h"' },
    priority: { type: "integer", minimum: 0, maximum: 9 },
  },
  additionalProperties: false,
};

const RESULT_OPERATION = {
  operationId: "result",
  parameters: [
    { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } },
    { name: "Prefer", in: "header", required: false, schema: { type: "string", examples: ["wait=10"] } },
  ],
  responses: {
    "200": {
      description: "The task has ended: its state, and its result or error",
      content: { ...contentOf("Result"), "text/event-stream": { schema: text } },
    },
    "202": response("The task has not ended: its state, and its progress", "Result"),
    "403": response("This request may not do that", "Problem"),
    "404": response("There is no such result", "Problem"),
  },
};

function response(description: string, schema: string): object {
  return { description, content: contentOf(schema) };
}

function contentOf(schema: string): object {
  return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
}
