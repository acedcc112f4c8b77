/** The shop's API: it answers at once, and leaves the work to the worker. */
import { Hono } from "hono";
import * as z from "zod";
import { ValidationError } from "../../mod.ts";
import { add, app, Line, receipt, total } from "./tasks.ts";

const Order = z.object({ id: z.int(), email: z.email(), lines: z.array(Line).min(1) });

export const api = new Hono()
  .get("/add/:x/:y", async (c) => {
    const result = await add.delay(Number(c.req.param("x")), Number(c.req.param("y")));
    return c.json({ id: result.id }, 202);
  })
  .post("/orders", async (c) => {
    const order = Order.safeParse(await c.req.json());
    if (!order.success) return c.json({ problems: order.error.issues }, 422);
    const { id, email, lines } = order.data;
    const sum = await total.delay(lines);
    const mail = await receipt.delay(email, { orderId: id });
    return c.json({ total: sum.id, receipt: mail.id }, 202);
  })
  .get("/tasks/:id", async (c) => {
    const result = app.result(c.req.param("id"));
    return c.json({ id: result.id, state: await result.state(), ...(await result.info()) });
  })
  .onError((error, c) => {
    if (error instanceof ValidationError) return c.json({ problems: error.problems }, 422);
    throw error;
  });
