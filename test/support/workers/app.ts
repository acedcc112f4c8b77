/** A whole app in workerd: its Hono middleware finds the broker in the bindings, and its requests await results. */

import { Hono } from "hono";
import { Umbel } from "../../../mod.ts";
import { umbel } from "../../../src/hono/mod.ts";
import { add } from "../edge/contracts.ts";
import { runProgram } from "../edge/program.ts";

interface Bindings {
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
}

const app = new Umbel("edge");
const adds = app.use(add);

export default new Hono<{ Bindings: Bindings }>().use(umbel(app))
  .get("/program", async (c) => {
    return c.json(await runProgram({ url: c.env.UPSTASH_REDIS_REST_URL, token: c.env.UPSTASH_REDIS_REST_TOKEN }));
  })
  .get("/leave/:x/:y", async (c) => {
    void adds.delay(Number(c.req.param("x")), Number(c.req.param("y"))).then((result) => result.get());
    return c.text("left");
  })
  .get("/add/:x/:y", async (c) => {
    const result = await adds.delay(Number(c.req.param("x")), Number(c.req.param("y")));
    return c.json(await result.get({ timeout: "40s" }));
  });
