/** What must compile and what must not, of tasks and their calls. Checked by the compiler alone: nothing here runs. */
import * as z from "zod";
import * as zm from "zod/mini";
import { type AsyncResult, defineTask, type TaskContext, Umbel } from "../../mod.ts";
import { umbel } from "../../src/hono/mod.ts";
import { runWorker } from "../../src/worker/mod.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(_?: T): void => {};

const app = new Umbel("types", { queues: ["math", "mail"] });
const open = new Umbel("open");

const add = app.task("math.add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
is<Same<Parameters<typeof add>, [number, number]>>();
is<Same<ReturnType<typeof add>, number>>();
is<Same<ReturnType<typeof add.delay>, Promise<AsyncResult<number>>>>();

// An async handler makes a plain call async; the result is the same.
const later = app.task("math.later", { args: [z.number()], returns: z.string() }, async (x) => String(x));
is<Same<ReturnType<typeof later>, Promise<string>>>();
is<Same<ReturnType<typeof later.delay>, Promise<AsyncResult<string>>>>();

// zod/mini schemas are as good.
const mini = app.task(
  "mini",
  { args: [zm.string(), zm.optional(zm.number())] },
  (text, times = 1) => text.repeat(times),
);
is<Same<ReturnType<typeof mini.delay>, Promise<AsyncResult<string>>>>();
mini.delay("a");
mini.delay("a", 2);
// @ts-expect-error a text is required
mini.delay();
// @ts-expect-error the second argument is a number
mini.delay("a", "b");
// @ts-expect-error there is no third argument
mini.delay("a", 1, 2);

// @ts-expect-error too few arguments
add.delay(1);
// @ts-expect-error not a number
add.delay(1, "2");
// @ts-expect-error not a number, in a plain call
add(1, "2");
add.applyAsync([1, 2], { countdown: "10s", queue: "math", priority: 5, expires: "2d" });
// @ts-expect-error not a tuple of two numbers
add.applyAsync([1], {});
// @ts-expect-error a duration is never a bare number
add.applyAsync([1, 2], { countdown: 10 });
// @ts-expect-error a duration has a unit
add.applyAsync([1, 2], { countdown: "10" });
// @ts-expect-error no such queue was declared
add.applyAsync([1, 2], { queue: "maths" });
// @ts-expect-error no such option
add.applyAsync([1, 2], { cuontdown: "1s" });
add.applyMany([[1, 2], [3, 4]]);
// @ts-expect-error one of the calls does not fit
add.applyMany([[1, 2], [3]]);

// @ts-expect-error no such queue was declared
app.task("q", { queue: "maths" }, () => 1);
open.task("q", { queue: "anything" }, () => 1);
// @ts-expect-error the default queue is one of the declared ones
new Umbel("bad", { queues: ["a"], queue: "b" });

// The caller gives a schema's input, the handler gets its output.
const when = app.task(
  "when",
  { args: [z.string().transform((text) => text.length)], returns: z.number().transform(String) },
  (length) => length * 2,
);
is<Same<Parameters<typeof when.delay>, [string]>>();
is<Same<ReturnType<typeof when.delay>, Promise<AsyncResult<string>>>>();

// A default may be left out by the caller and is always there in the handler.
app.task("default", { args: [z.number().default(1)] }, (x) => x).delay();

// What a handler returns must fit.
// @ts-expect-error not a number
app.task("bad.return", { args: [], returns: z.number() }, () => "x");
// @ts-expect-error not a number, later
app.task("bad.later", { args: [], returns: z.number() }, async () => "x");

// Named arguments come last.
const mail = app.task(
  "mail.send",
  { args: [z.string()], kwargs: z.object({ subject: z.string(), html: z.boolean().default(false) }) },
  (to, { subject, html }) => `${to} ${subject} ${html}`,
);
mail.delay("ada", { subject: "hi" });
mail("ada", { subject: "hi", html: true });
// @ts-expect-error the subject is missing
mail.delay("ada", {});
// @ts-expect-error all of it is missing
mail.delay("ada");
// @ts-expect-error no such named argument
mail.delay("ada", { subject: "hi", colour: 1 });
const relaxed = app.task(
  "relaxed",
  { args: [z.string()], kwargs: z.object({ tag: z.string().optional() }) },
  (to) => to,
);
relaxed.delay("ada");
relaxed.delay("ada", { tag: "x" });

// Any number of further arguments.
const sum = app.task("sum", { args: [z.string()], rest: z.number() }, (label, ...xs) => label + xs.length);
sum.delay("total", 1, 2, 3);
sum.delay("total");
// @ts-expect-error numbers only
sum.delay("total", 1, "2");

// A bound handler gets its context first; the caller does not see it.
const bound = app.task("bound", { bind: true, args: [z.number()], returns: z.number() }, (ctx, x) => {
  is<Same<typeof ctx, TaskContext<number>>>();
  return x + ctx.attempt;
});
bound.delay(1);
// @ts-expect-error a bound task has no plain call: it has no context here
bound(1);

// Contracts have types without code.
const receipt = defineTask("mail.receipt", { args: [z.object({ orderId: z.number() })], returns: z.string() });
const send = app.use(receipt);
is<Same<ReturnType<typeof send.delay>, Promise<AsyncResult<string>>>>();
send.delay({ orderId: 7 });
// @ts-expect-error not an order
send.delay({ orderId: "7" });
// @ts-expect-error a contract has no code to call
receipt({ orderId: 7 });
const implemented = app.implement(receipt, ({ orderId }) => `order ${orderId}`);
implemented.delay({ orderId: 7 });
// @ts-expect-error the handler must give what the contract says
app.implement(receipt, ({ orderId }) => orderId);

// Options are checked where they are written.
// @ts-expect-error early or late
app.task("ack", { ack: "never" }, () => 1);
// @ts-expect-error classes, not names
app.task("retry", { retryOn: ["Error"] }, () => 1);
app.task("retry", { retryOn: [TypeError], retries: Infinity, timeLimit: { minutes: 5 } }, () => 1);

// An app with declared queues goes wherever an app is wanted.
void runWorker(app);
umbel(app);
