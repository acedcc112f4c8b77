/** Ready-made routes: send exposed tasks, and see what became of them. @module */
import { type Context, Hono } from "hono";
import type { Umbel } from "../app/umbel.ts";
import { isId } from "../base/ids.ts";
import { BrokerUnavailable, type KnownEffect, QueueFull } from "../broker_error.ts";
import { FINAL_STATES } from "../protocol/result.ts";
import type { Contract } from "../task/contract.ts";
import type { TaskDefinition } from "../task/definition.ts";
import { ValidationError } from "../task/validation_error.ts";
import { openApi } from "./open_api.ts";
import { plainJson } from "./plain_json.ts";
import { progressStream } from "./progress_stream.ts";
import { readSendBody } from "./send_body.ts";

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
  /** How long the body of a request may be, in bytes. @default {1_048_576} */
  readonly longestBody?: number;
  /**
   * Whose idempotency keys those of a request are, such as the id of its user: the same key of somebody else is another
   * one. Give it where callers do not trust each other. Default: all callers share their keys.
   */
  readonly keyScope?: (c: Context) => string | Promise<string>;
}

/** Header that makes a repeated request send one task. */
const IDEMPOTENCY_KEY = "idempotency-key";

const LONGEST_WAIT = 30;
const LONGEST_BODY = 1_048_576;

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
      // First the consent: who has none is not told what there is.
      const refused = await allow(c, { kind: "send", task });
      if (refused) return refused;
      const definition = exposed.get(task);
      if (definition === undefined) return problem(c, 404, "There is no such task here");
      return await sendTask(c, app, definition, options);
    })
    .get("/results/:id", async (c) => {
      const id = c.req.param("id");
      const refused = await allow(c, { kind: "read", id });
      if (refused) return refused;
      if (!isId(id)) return problem(c, 404, "There is no such result");
      return await readResult(c, app, exposed, id, options).catch((error) => refusal(c, error));
    })
    .get("/openapi.json", async (c) => {
      const refused = await allow(c, { kind: "describe" });
      return refused ?? c.json(openApi(app.name, c.req.path.replace(/\/openapi\.json$/, ""), exposed.values()));
    });
}

/** The definition of a task to be exposed. */
function definitionOf(app: Umbel, task: string | Contract): TaskDefinition {
  const definition = typeof task === "string" ? app.tasks.get(task)?.definition : task.definition;
  if (definition !== undefined) return definition;
  throw new TypeError(
    `Cannot expose ${task} as it must be a task of app ${app.name}: import its module first, or give its contract`,
  );
}

async function sendTask(c: Context, app: Umbel, definition: TaskDefinition, options: RouteOptions): Promise<Response> {
  const task = definition.name;
  const body = await readSendBody(c, options.longestBody ?? LONGEST_BODY);
  if ("status" in body) return problem(c, body.status, body.message);
  const { args, kwargs, options: given } = body;
  const key = c.req.header(IDEMPOTENCY_KEY);
  try {
    const whose = key && options.keyScope ? `${await options.keyScope(c)}\n` : "";
    const call = { ...given, ...(key && { idempotencyKey: `${task}\n${whose}${key}` }) };
    const result = await app.use({ name: task, definition }).applyAsync(kwargs ? [...args, kwargs] : args, call);
    return c.json({ id: result.id, task }, 202, {
      location: c.req.path.replace(/tasks\/[^/]*$/, `results/${result.id}`),
    });
  } catch (error) {
    return refusal(c, error);
  }
}

/** What a call that failed is answered with; what nobody expects is for the application's own handler of errors. */
function refusal(c: Context, error: unknown): Response {
  if (error instanceof ValidationError) {
    return c.json({ error: "The arguments do not fit the task", problems: error.problems }, 422);
  }
  if (error instanceof RangeError || error instanceof TypeError) return problem(c, 400, error.message);
  if (error instanceof QueueFull) return problem(c, 503, "There are too many tasks at the moment", "not done");
  if (error instanceof BrokerUnavailable) return problem(c, 503, "The queue does not answer", error.effect);
  throw error;
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
  const { signal } = c.req.raw;
  if (wait > 0) await result.get({ timeout: `${wait}s`, propagate: false, signal }).catch(() => undefined);
  const [state, info] = [await result.state(), await result.info()];
  const mine = info?.task === undefined ? state === "QUEUED" || info !== undefined : exposed.has(info.task);
  if (state === "UNKNOWN" || !mine) return problem(c, 404, "There is no such result");
  if (c.req.header("accept")?.includes("text/event-stream")) return progressStream(c, result);
  const { data, enc: _, flags: __, refs: ___, worker: ____, failure, ...facts } = info ?? {};
  const value = state === "SUCCESS" ? { result: await result.result() } : data === undefined ? {} : { progress: data };
  const error = failure && { error: { name: failure.name, message: failure.message } };
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return c.body(plainJson({ id, ...facts, state, ...value, ...error }), FINAL_STATES.has(state) ? 200 : 202, headers);
}

/** The seconds of `Prefer: wait=10`, at most `longest`; 0 where nothing of the kind is asked. */
function waitOf(prefer: string | undefined, longest: number): number {
  const seconds = Number(/(?:^|[,;\s])wait=(\d+)/.exec(prefer ?? "")?.[1] ?? 0);
  return Math.min(seconds, longest);
}

function problem(
  c: Context,
  status: 400 | 403 | 404 | 413 | 415 | 503,
  error: string,
  effect?: KnownEffect,
): Response {
  return c.json({ error, ...(effect && { effect }) }, status);
}
