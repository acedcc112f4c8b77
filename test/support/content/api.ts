/** A Hono API that takes uploads and sends them on as they come. It prints its port. */

import { Hono } from "hono";
import { umbel } from "../../../src/hono/mod.ts";
import { app, digest } from "./app.ts";

const api = new Hono().use(umbel(app)).post("/files", async (c) => {
  const { body } = c.req.raw;
  if (body === null) return c.text("no file", 400);
  const result = await digest.delay(body);
  return c.json({ id: result.id }, 202);
}).get(
  "/files/:id",
  async (c) => c.json(await app.result(c.req.param("id")).get({ timeout: "120s" })),
);

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: api.fetch,
  maxRequestBodySize: 2 ** 40,
  idleTimeout: 255,
});
console.log(`port ${server.port}`);
