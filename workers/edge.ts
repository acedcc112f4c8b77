/**
 * An edge function for Cloudflare Workers that sends tasks and tells what became of them: `npx wrangler deploy`.
 *
 * It reads `UPSTASH_REDIS_REST_URL` and `UPSTASH_REDIS_REST_TOKEN` from its bindings. A producer is made for each request:
 * on Workers nothing that one request waits for may belong to another.
 *
 * @module
 */
import { Hono } from "hono/tiny";
import { Producer, upstashEdge, ValidationError } from "../src/client/mod.ts";
import { add, receipt } from "./contracts.ts";

/** The bindings of the function. */
export interface EdgeBindings {
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
}

/** How long a request waits for a result that it asks for with `?wait`. */
const WAIT = { timeout: "20s" } as const;

const app: Hono<{ Bindings: EdgeBindings }> = new Hono();

function producerOf(env: EdgeBindings): Producer {
  return new Producer({
    broker: upstashEdge({ url: env.UPSTASH_REDIS_REST_URL, token: env.UPSTASH_REDIS_REST_TOKEN }),
  });
}

app.post("/sums/:x/:y", async (c) => {
  const result = await producerOf(c.env).use(add).delay(Number(c.req.param("x")), Number(c.req.param("y")));
  return c.json({ id: result.id }, 202);
});

app.post("/orders", async (c) => {
  const result = await producerOf(c.env).use(receipt).delay(await c.req.json());
  return c.json({ id: result.id }, 202);
});

app.get("/tasks/:id", async (c) => {
  const result = producerOf(c.env).result(c.req.param("id"));
  if (c.req.query("wait") !== undefined) await result.get({ ...WAIT, propagate: false }).catch(() => undefined);
  return c.json({ id: result.id, state: await result.state(), result: await result.result() });
});

app.onError((error, c) => {
  if (error instanceof ValidationError) return c.json({ problems: error.problems }, 422);
  return c.json({ error: error.name }, 500);
});

/** The function, as Workers run it. */
export default app;
