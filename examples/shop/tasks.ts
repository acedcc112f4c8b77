/** The shop's tasks: the API sends them, the worker runs them. */
import * as z from "zod";
import { Umbel } from "../../mod.ts";

/** The embedded broker by default: a SQLite file in the folder .umbel. */
export const app = new Umbel("shop");

export const Line = z.object({ sku: z.string().min(1), price: z.number().positive(), quantity: z.int().min(1) });

export const add = app.task("math.add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);

export const total = app.task(
  "orders.total",
  { args: [z.array(Line).min(1)], returns: z.number(), description: "What an order costs" },
  (lines) => lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0),
);

/** A mail server that is busy at first: the task fails and is tried again. */
export const receipt = app.task(
  "mail.receipt",
  {
    bind: true,
    args: [z.email()],
    kwargs: z.object({ orderId: z.int(), language: z.string().default("en") }),
    returns: z.string(),
    retries: 3,
    retryDelay: "50ms",
  },
  async (ctx, to, { orderId, language }) => {
    await ctx.progress({ sending: to });
    if (ctx.attempt === 0) ctx.retry({ cause: new Error("The mail server is busy") });
    return `receipt ${orderId} (${language}) to ${to}, at attempt ${ctx.attempt + 1}`;
  },
);
