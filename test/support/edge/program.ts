/** One producer's program, the same in Bun, Deno, Node and workerd: it sends, awaits, and tells what came of it. */
import { chain, chord, group } from "../../../mod.ts";
import { FlowProducer, upstashEdge } from "../../../src/client/mod.ts";
import { add, fail, greet, total } from "./contracts.ts";

/** Where the program sends to. */
export interface Access {
  readonly url: string;
  readonly token: string;
}

/** What came of it, as JSON. */
export type Report = Readonly<Record<string, unknown>>;

/** What must come of it. */
export const EXPECTED: Report = {
  sum: 8,
  late: "ADA!",
  many: Array.from({ length: 200 }, (_, i) => i + i),
  failure: { name: "RangeError", message: "odd", code: 7 },
  again: true,
  flows: [16, [2, 4, 6], 12],
  state: "SUCCESS",
  unknown: "UNKNOWN",
  refused:
    "ValidationError: Cannot send math.add as args[1] must be a number: current value is a string of 1 characters",
  unsent: "SerializationError: args[0]",
};

/** Sends tasks, awaits their results, and makes the mistakes that one can make. */
export async function runProgram(access: Access): Promise<Report> {
  const producer = new FlowProducer({ broker: upstashEdge(access) });
  const [adds, greets] = [producer.use(add), producer.use(greet)];
  const wait = { timeout: "40s" } as const;
  const sum = await adds.delay(4, 4);
  const late = await greets.applyAsync(["Ada", { loud: true }], {
    countdown: "100ms",
    expires: "5m",
    priority: 7,
    headers: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
  });
  const many = await adds.applyMany(Array.from({ length: 200 }, (_, i) => [i, i] as const));
  const idempotencyKey = `order ${sum.id}`;
  const [first, again] = [
    await adds.applyAsync([1, 1], { idempotencyKey }),
    await adds.applyAsync([1, 1], { idempotencyKey }),
  ];
  const flows = [
    await producer.sendFlow(chain(add.s(4, 4), add.s(8))),
    await producer.sendFlow(group([1, 2, 3].map((i) => add.s(i, i)))),
    await producer.sendFlow(chord([1, 2, 3].map((i) => add.s(i, i)), total.s())),
  ];
  const failed = await producer.use(fail).delay("odd");
  return {
    sum: await sum.get(wait),
    late: await late.get(wait),
    many: await Promise.all(many.map((result) => result.get(wait))),
    failure: await failed.get(wait).catch(({ name, message, code }) => ({ name, message, code })),
    again: first.id === again.id && await again.get(wait) === 2,
    flows: await Promise.all(flows.map((flow) => flow.get(wait))),
    state: await producer.result(sum.id).state(),
    unknown: await producer.result("01a21f6b-1f9a-71ab-9aef-5b98aab5d5e1").state(),
    refused: await Reflect.apply(adds.delay, undefined, [1, "2"]).catch(String),
    unsent: await producer.send("greet", [new Date(0)]).catch(({ name, refusals }) => `${name}: ${refusals[0].path}`),
  };
}
