/** An API of ready-made routes, as an edge deploys it: contracts alone, and the broker from the request's bindings. */
import { Hono } from "hono";
import * as z from "zod/mini";
import { defineTask, Umbel } from "../../../mod.ts";
import { umbel, umbelRoutes } from "../../../src/hono/mod.ts";

/** What the API exposes. */
export const add = defineTask("math.add", { args: [z.number(), z.number()], returns: z.number() });

const app = new Umbel("hono-api");

export default new Hono().use(umbel(app)).route(
  "/queue",
  umbelRoutes(app, { expose: [add], authorize: (c) => c.req.header("authorization") === "Bearer key" }),
);
