/** Middleware that puts an app into the context of a Hono handler. @module */
import type { MiddlewareHandler } from "hono";
import type { Umbel } from "../app/umbel.ts";

/** What a context holds once {@link umbel} has been used: `c.var.umbel`. */
export interface UmbelVariables<App> {
  readonly Variables: { readonly umbel: App };
}

/**
 * Puts the app into the context as `c.var.umbel`, and lets it find its broker in the request's bindings: on Workers
 * there is no environment before the first request. `UMBEL_BROKER` with `UMBEL_BROKER_TOKEN`, or Upstash's own
 * `UPSTASH_REDIS_REST_URL` and `UPSTASH_REDIS_REST_TOKEN`, are read from there.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Hono } from "hono";
 * import { Umbel } from "@umbel/umbel";
 * import { umbel } from "@umbel/umbel/hono";
 * import { memory } from "@umbel/umbel/memory";
 * import * as z from "zod";
 *
 * const app = new Umbel("shop", { broker: memory() });
 * const receipt = app.task("mail.receipt", { args: [z.email()] }, (to) => `sent to ${to}`);
 *
 * const api = new Hono().use(umbel(app)).post("/receipts", async (c) => {
 *   const result = await receipt.delay(await c.req.text());
 *   return c.json({ id: result.id }, 202);
 * });
 *
 * const response = await api.request("/receipts", { method: "POST", body: "ada@example.com" });
 * assert.equal(response.status, 202);
 * ```
 */
export function umbel<App extends Umbel>(app: App): MiddlewareHandler<UmbelVariables<App>> {
  return async (c, next) => {
    const bindings: unknown = c.env;
    if (typeof bindings === "object" && bindings !== null) app.useEnv(bindings);
    c.set("umbel", app);
    await next();
  };
}
