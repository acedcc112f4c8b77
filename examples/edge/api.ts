/**
 * The edge function of `npm run edge`: routes of one's own, which are those of `workers/edge.ts`, and under `/queue` the
 * ready-made ones.
 *
 * It reads `UPSTASH_REDIS_REST_URL`, `UPSTASH_REDIS_REST_TOKEN` and `API_KEY` from its bindings.
 */
import { type Context, Hono } from "hono";
import { timingSafeEqual } from "hono/utils/buffer";
import { Umbel } from "../../mod.ts";
import { type RouteAction, umbel, umbelRoutes } from "../../src/hono/mod.ts";
import { add, receipt } from "../../workers/contracts.ts";
import edge, { type EdgeBindings } from "../../workers/edge.ts";

/** The bindings of the function. Without `API_KEY` nobody may send anything under `/queue`. */
export interface ApiBindings extends EdgeBindings {
  readonly API_KEY?: string;
}

const app = new Umbel("edge");

/** Asked before each request under `/queue`: who reads the description needs no key, all else does. */
async function authorize(c: Context<{ Bindings: ApiBindings }>, action: RouteAction): Promise<boolean | Response> {
  if (action.kind === "describe") return true;
  const given = c.req.header("authorization");
  if (given === undefined) return c.json({ error: "A key is wanted" }, 401, { "www-authenticate": "Bearer" });
  const key = c.env.API_KEY;
  return key !== undefined && await timingSafeEqual(given, `Bearer ${key}`);
}

/** The function, as Workers run it. */
export default new Hono<{ Bindings: ApiBindings }>()
  .use("/queue/*", umbel(app))
  // These two tasks can be sent, and no other that the app may come to know.
  .route("/queue", umbelRoutes(app, { expose: [add, receipt], authorize }))
  .route("/", edge);
