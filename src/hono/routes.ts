/** Ready-made routes: send exposed tasks, and see what became of them. @module */
import { type Context, Hono } from "hono";
import type { Umbel } from "../app/umbel.ts";
import { isPlainObject } from "../base/json.ts";
import { isId } from "../base/ids.ts";
import { FINAL_STATES } from "../protocol/result.ts";
import type { Contract } from "../task/contract.ts";
import type { TaskDefinition } from "../task/definition.ts";
import type { CallOptions } from "../task/options.ts";
import { ValidationError } from "../task/validation_error.ts";
import { openApi } from "./open_api.ts";
import { progressStream } from "./progress_stream.ts";

/** What a request wants to do, for {@link RouteOptions.authorize}. */
export type RouteAction =
  | { readonly kind: "send"; readonly task: string }
  | { readonly kind: "read"; readonly id: string }
  | { readonly kind: "describe" };

/** What the routes may be told. Both fields are required: without them nothing is exposed. */
export interface RouteOptions {
  /**
   * The tasks that may be sent and whose results may be read: by name where the app has them, by their contracts where it
   * only sends them, as on an edge.
   */
  readonly expose: readonly (string | Contract)[];
  /** Whether this request may do that. It may answer with a response of its own, such as a redirect to a login. */
  readonly authorize: (c: Context, action: RouteAction) => boolean | Response | Promise<boolean | Response>;
  /** How long a request with `Prefer: wait` is held at the most, in seconds. @default {30} */
  readonly longestWait?: number;
}

/** Header that makes a repeated request send one task. */
const IDEMPOTENCY_KEY = "idempotency-key";

const LONGEST_WAIT = 30;

/**
 * Routes to mount in an API: `POST /tasks/:name` sends a task, `GET /results/:id` tells what became of it (with
 * `Prefer: wait=10` it waits, with `Accept: text/event-stream` it follows the progress), `GET /openapi.json` describes
 * it all.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Umbel } from "@umbel/umbel";
 * import { umbelRoutes } from "@umbel/umbel/hono";
 * import { memory } from "@umbel/umbel/memory";
 * import * as z from "zod";
 *
 * const app = new Umbel("shop", { broker: memory() });
 * app.task("math.add", { args: [z.number(), z.number()] }, (x, y) => x + y);
 *
 * const api = umbelRoutes(app, {
 *   expose: ["math.add"],
 *   authorize: (c) => c.req.header("authorization") === "Bearer secret",
 * });
 *
 * const send = (args: unknown[]) =>
 *   api.request("/tasks/math.add", {
 *     method: "POST",
 *     headers: { "authorization": "Bearer secret", "content-type": "application/json" },
 *     body: JSON.stringify({ args }),
 *   });
 * assert.equal((await send([4, 4])).status, 202);
 * assert.equal((await send([4, "4"])).status, 422);
 * ```
 */
export function umbelRoutes(app: Umbel, options: RouteOptions): Hono {
  const exposed = new Map(options.expose.map((task) => definitionOf(app, task)).map((task) => [task.name, task]));
  const allow = async (c: Context, action: RouteAction): Promise<Response | undefined> => {
    const verdict = await options.authorize(c, action);
    if (verdict instanceof Response) return verdict;
    return verdict === true ? undefined : problem(c, 403, "This request may not do that");
  };
  return new Hono()
    .post("/tasks/:name", async (c) => {
      const task = c.req.param("name");
      const definition = exposed.get(task);
      if (definition === undefined) return problem(c, 404, "There is no such task here");
      return (await allow(c, { kind: "send", task })) ?? await sendTask(c, app, definition);
    })
    .get("/results/:id", async (c) => {
      const id = c.req.param("id");
      if (!isId(id)) return problem(c, 404, "There is no such result");
      return (await allow(c, { kind: "read", id })) ?? await readResult(c, app, exposed, id, options);
    })
    .get(
      "/openapi.json",
      async (c) => (await allow(c, { kind: "describe" })) ?? c.json(openApi(app.name, exposed.values())),
    );
}

/** The definition of a task to be exposed. */
function definitionOf(app: Umbel, task: string | Contract): TaskDefinition {
  const definition = typeof task === "string" ? app.tasks.get(task)?.definition : task.definition;
  if (definition !== undefined) return definition;
  throw new TypeError(
    `Cannot expose ${task} as it must be a task of app ${app.name}: import its module first, or give its contract`,
  );
}

const SEND_OPTIONS = new Set(["countdown", "expires", "priority"]);

interface SendBody {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>> | undefined;
  readonly options: Pick<CallOptions, "countdown" | "expires" | "priority">;
}

/** The body of a request, or what is wrong with it. Values of options are checked where they are used. */
function bodyOf(raw: unknown): SendBody | string {
  if (!isPlainObject(raw)) return 'The body must be JSON such as { "args": [4, 4], "kwargs": {} }';
  const { args = [], kwargs, options = {} } = raw;
  if (!Array.isArray(args)) return "args must be an array";
  if (kwargs !== undefined && !isPlainObject(kwargs)) return "kwargs must be an object";
  if (!isPlainObject(options)) return "options must be an object";
  const unknown = Object.keys(options).find((key) => !SEND_OPTIONS.has(key));
  return unknown === undefined ? { args, kwargs, options } : `options may not have the key ${unknown}`;
}

async function sendTask(c: Context, app: Umbel, definition: TaskDefinition): Promise<Response> {
  const task = definition.name;
  const body = bodyOf(await c.req.json().catch(() => undefined));
  if (typeof body === "string") return problem(c, 400, body);
  const { args, kwargs, options } = body;
  const key = c.req.header(IDEMPOTENCY_KEY);
  try {
    const call = { ...options, ...(key && { idempotencyKey: `${task}\n${key}` }) };
    const result = await app.use({ name: task, definition }).applyAsync(kwargs ? [...args, kwargs] : args, call);
    return c.json({ id: result.id, task }, 202, {
      location: c.req.path.replace(/tasks\/[^/]*$/, `results/${result.id}`),
    });
  } catch (error) {
    if (error instanceof ValidationError) return problem(c, 422, "The arguments do not fit the task", error.problems);
    if (error instanceof RangeError || error instanceof TypeError) return problem(c, 400, error.message);
    throw error;
  }
}

async function readResult(
  c: Context,
  app: Umbel,
  exposed: ReadonlyMap<string, TaskDefinition>,
  id: string,
  options: RouteOptions,
): Promise<Response> {
  const result = app.result(id);
  const wait = waitOf(c.req.header("prefer"), options.longestWait ?? LONGEST_WAIT);
  if (wait > 0) await result.get({ timeout: `${wait}s`, propagate: false }).catch(() => undefined);
  const [state, info] = [await result.state(), await result.info()];
  const mine = info?.task === undefined ? state === "QUEUED" || info !== undefined : exposed.has(info.task);
  if (state === "UNKNOWN" || !mine) return problem(c, 404, "There is no such result");
  if (c.req.header("accept")?.includes("text/event-stream")) return progressStream(c, result);
  const { data, enc: _, flags: __, refs: ___, failure, ...facts } = info ?? {};
  const value = state === "SUCCESS" ? { result: await result.result() } : data === undefined ? {} : { progress: data };
  const error = failure && { error: { name: failure.name, message: failure.message } };
  return c.json({ id, ...facts, state, ...value, ...error }, FINAL_STATES.has(state) ? 200 : 202);
}

/** The seconds of `Prefer: wait=10`, at most `longest`; 0 where nothing of the kind is asked. */
function waitOf(prefer: string | undefined, longest: number): number {
  const seconds = Number(/(?:^|[,;\s])wait=(\d+)/.exec(prefer ?? "")?.[1] ?? 0);
  return Math.min(seconds, longest);
}

function problem(c: Context, status: 400 | 403 | 404 | 422, message: string, problems?: readonly unknown[]): Response {
  return c.json({ error: message, ...(problems && { problems }) }, status);
}
