import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { chain, chord, defineTask, group, signature, signatureSchema, Umbel, ValidationError } from "../../mod.ts";
import { newId, slotOf } from "../../src/base/ids.ts";
import { get, makeKit, start } from "./kit.ts";

describe("a signature", () => {
  test("takes given arguments behind those that come", async () => {
    const { app, mul, add, log } = makeKit();
    const three = app.task("three", { args: [z.string(), z.string(), z.string()] }, (a, b, c) => a + b + c);
    await start(app);
    expect(await (await three.s("c").clone("b").delay("a")).get(get)).toBe("abc");
    expect(await (await add.s(2).delay(8)).get(get)).toBe(10);
    expect(await (await mul.s(4, 4).delay()).get(get)).toBe(16);
    expect(log[0]).toEqual(["add", 8, 2]);
  });

  test("merges named arguments, and the new ones win", async () => {
    const { app } = makeKit();
    const named = app.task(
      "named",
      { args: [z.number()], kwargs: z.object({ a: z.number().default(0), b: z.number().default(0) }) },
      (x, { a, b }) => [x, a, b],
    );
    await start(app);
    expect(await (await named.s(1, { a: 1, b: 2 }).delay({ b: 3 })).get(get)).toEqual([1, 1, 3]);
    expect(await (await named.s({ a: 1 }).delay(5, { b: 3 })).get(get)).toEqual([5, 1, 3]);
    expect(named.s({ a: 1 }).tree).toMatchObject({ args: [], kwargs: { a: 1 } });
    expect(named.s(1).tree).toMatchObject({ args: [1] });
  });

  test("merges options, and the new ones win", () => {
    const { add } = makeKit();
    const one = add.s(1, 2).set({ queue: "a", countdown: "1s", headers: { x: "1" } });
    const two = one.set({ queue: "b", eta: new Date(7), headers: { y: "2" } });
    expect(two.tree.options).toEqual({ queue: "b", eta: 7, headers: { x: "1", y: "2" } });
    expect(one.tree.options).toMatchObject({ queue: "a", countdown: "1s" });
    expect(add.s(1, 2).tree.options).toBeUndefined();
  });

  test("keeps the options that it has where new ones are undefined", async () => {
    const { add } = makeKit();
    const one = add.s(1, 2).set({ queue: "a", countdown: "1s", id: newId() });
    const more = { queue: undefined, eta: undefined, id: undefined, idempotencyKey: undefined, expires: undefined };
    expect(one.set(more).tree.options).toEqual(one.tree.options ?? {});
  });

  test("refuses moments that are none, at once", () => {
    const { add } = makeKit();
    const set = (options: Readonly<Record<string, unknown>>) => () => Reflect.apply(add.s().set, add.s(), [options]);
    expect(set({ eta: "tomorrow" })).toThrow("Cannot send a task as eta must be a valid Date");
    expect(set({ expires: new Date("never") })).toThrow("expires must be a valid Date");
    expect(set({ expires: 60 })).toThrow("expires must be a valid Date");
  });

  test("that is immutable takes nothing more", async () => {
    const { app, add, one } = makeKit();
    await start(app);
    expect(await (await add.si(4, 4).delay(1, 2, 3)).get(get)).toBe(8);
    expect(await (await chain(one.s(), add.si(4, 4)).delay()).get(get)).toBe(8);
  });

  test("that is frozen has the id of its result", async () => {
    const { app, add, one } = makeKit();
    await start(app);
    const frozen = chain(one.s(), add.s(1)).freeze();
    expect(frozen.freeze().id).toBe(frozen.id);
    const result = await frozen.delay();
    expect(result.id).toBe(frozen.id);
    expect(await app.result(frozen.id).get(get)).toBe(2);
  });

  test("is sent once however often it is sent under one id or key", async () => {
    const { app, add, one, log, quiet } = makeKit();
    const flow = chain(one.s(), group(add.s(1), add.s(2)), chord([one.si(), one.si()], one.si()));
    for (const options of [{ id: newId() }, { idempotencyKey: "order 7" }]) {
      log.length = 0;
      const [first, second] = [await flow.applyAsync([], options), await flow.applyAsync([], options)];
      const worker = await start(app);
      expect(second.id).toBe(first.id);
      expect(await second.get(get)).toBe(1);
      await quiet();
      expect(log.length).toBe(6);
      await worker.stop();
    }
  });

  test("may have ids within a workflow, of one slot and each once", async () => {
    const { app, add, one } = makeKit();
    const step = add.s(1).freeze();
    await start(app);
    const result = await chain(one.s(), step, add.s(1)).delay();
    expect(result.parent?.id).toBe(step.id);
    expect(await app.result(step.id).get(get)).toBe(2);
    await expect(chain(one.s(), step, step).delay()).rejects.toThrow("must stand in it once");
    const other = chain(one.s(), add.s(1).set({ id: newId(3) }), add.s(1)).applyAsync([], { id: newId(4) });
    await expect(other).rejects.toThrow("must end in the same byte");
    await expect(chain(one.s(), step).applyAsync([], { id: newId() })).rejects.toThrow("id of its end");
    await expect(one.s().set({ id: "7" }).delay()).rejects.toThrow("must be a UUID in lower case");
    const both = one.s().set({ id: newId(), idempotencyKey: "x" }).delay();
    await expect(both).rejects.toThrow("must not both be given");
  });

  test("may have one key within a workflow, also on a callback", async () => {
    const { app, one, same, fail, errback, failures, quiet } = makeKit();
    await start(app);
    const linked = one.s().link(same.s().set({ idempotencyKey: "callback" }));
    expect(await (await linked.delay()).get(get)).toBe(1);
    await group(fail.s().linkError(errback.s().set({ idempotencyKey: "errback" })), one.s()).delay();
    await quiet();
    expect(failures.length).toBe(1);
    const keyed = ["a", "b", "c"].map((idempotencyKey) => one.s().set({ idempotencyKey }));
    await expect(group(keyed).delay()).rejects.toThrow("so one key at most may stand in it");
  });

  test("is refused where others wait for a task in it that was sent before, and would wait for ever", async () => {
    const { app, broker, one, inc, add, sum, log, quiet } = makeKit();
    const refused = "as a task in it that others wait for must not have been sent before";
    const key = (idempotencyKey: string) => ({ idempotencyKey });
    await add.applyAsync([1, 1], key("alone"));
    await expect(chain(add.s(1, 1).set(key("alone")), inc.s()).delay()).rejects.toThrow(refused);
    const flows = [
      chain(one.s().set(key("first")), inc.s()),
      chain(one.s(), inc.s().set(key("later")), inc.s()),
      chord([one.s().set(key("member")), one.s()], sum.s()),
    ];
    for (const flow of flows) {
      await flow.delay();
      await expect(flow.delay()).rejects.toThrow(refused);
    }
    await start(app);
    await quiet();
    expect(log.length).toBe(9);
    for (const flow of flows) await expect(flow.delay()).rejects.toThrow(refused);
    expect(await broker.leftovers()).toEqual({ held: [], gates: [] });
    const turn = app.task("turn", { bind: true, returns: z.number() }, async (ctx) => {
      const id = newId(slotOf(ctx.id));
      await one.applyAsync([], { id });
      return ctx.replace(chain(one.s().set({ id }), inc.s()));
    });
    await expect((await turn.delay()).get(get)).rejects.toThrow(refused);
  });

  test("with ids within it is sent once under one id, and a group may have members that were sent before", async () => {
    const { app, one, inc, log, quiet } = makeKit();
    const first = one.s().freeze();
    const flow = chain(first, inc.s()).set({ id: newId(slotOf(first.id)) });
    await flow.delay();
    await flow.delay();
    await start(app);
    await quiet();
    expect(await (await flow.delay()).get(get)).toBe(2);
    expect(log.length).toBe(2);
    expect(await (await group(first, inc.s(1)).delay()).get(get)).toEqual([1, 2]);
    expect(log.length).toBe(3);
  });

  test("of a group with an id may be sent within two workflows at a time", async () => {
    const { app, one, inc, sum } = makeKit();
    const header = group(one.s(), inc.s(1)).freeze();
    const [first, second] = [await header.pipe(sum.s()).delay(), await header.pipe(sum.s()).delay()];
    await start(app);
    expect([await first.get(get), await second.get(get)]).toEqual([3, 3]);
    expect(first.parent?.id).toBe(header.id);
  });

  test("is a value of plain JSON, and can be called by a task that gets it", async () => {
    const { app, add, mul, one } = makeKit();
    const call = app.task("call", { args: [signatureSchema, z.number()] }, async (callback, x) => {
      const result = await app.signature(callback).delay(x);
      return result.id;
    });
    await start(app);
    const flow = chain(add.s(1).set({ expires: new Date(4_000_000_000_000) }), mul.s(2)).link(one.si());
    const copy = JSON.parse(JSON.stringify(flow));
    expect(copy).toEqual({
      kind: "chain",
      steps: [
        { kind: "task", task: "add", args: [1], options: { expires: 4_000_000_000_000 } },
        { kind: "task", task: "mul", args: [2] },
      ],
      link: [{ kind: "task", task: "one", args: [], immutable: true }],
    });
    expect(app.signature(copy).toJSON()).toMatchObject(copy);
    const id = await (await call.delay(flow, 5)).get(get);
    expect(await app.result(id).get(get)).toBe(12);
    await expect(call.delay({ kind: "chain", steps: [] }, 1)).rejects.toBeInstanceOf(ValidationError);
  });

  test("of a contract is sent by an app", async () => {
    const { app, add } = makeKit();
    const contract = defineTask("late", { args: [z.number()], returns: z.number(), queue: "slow" });
    app.implement(contract, (x) => x * 10);
    await start(app, { queues: ["default", "slow"] });
    await expect(contract.s(1).delay()).rejects.toThrow("must be bound to an app");
    expect(await (await app.send(contract.s(1))).get(get)).toBe(10);
    expect(await (await app.use(chain(contract.s(1), contract.s())).delay()).get(get)).toBe(100);
    expect(await (await app.use(contract).s(2).delay()).get(get)).toBe(20);
    expect(await (await chain(contract.s(1), add.s(1)).delay()).get(get)).toBe(11);
  });

  test("of data that is none tells what is wrong with it, and where", () => {
    const { app, add } = makeKit();
    const refuse = (data: unknown) => expect(() => Reflect.apply(app.signature, app, [data]));
    const words = "Cannot make a signature as its data must be that of one: ";
    refuse(null).toThrow(`${words}must be an object`);
    refuse({ kind: "loop" }).toThrow(`${words}kind must be task, chain, group or chord`);
    refuse({ kind: "chain", steps: [] }).toThrow(`${words}steps must be a list of at least one`);
    refuse({ kind: "group", members: [add.s().tree, { kind: "task", task: "x", args: 5 }] })
      .toThrow(`${words}members[1].args must be a list`);
    refuse({ kind: "chord", header: { kind: "group", members: [] }, body: { kind: "chain", steps: [{}] } })
      .toThrow(`${words}body.steps[0].kind must be task, chain, group or chord`);
    refuse({ kind: "chord", header: add.s().tree, body: add.s().tree }).toThrow(`${words}header.kind must be group`);
  });

  test("takes signatures alone, and says where another thing stands", () => {
    const { one, add, sum } = makeKit();
    const call = (verb: (...given: never[]) => unknown, ...given: unknown[]) => {
      return expect(() => Reflect.apply(verb, one.s(), given));
    };
    const must = "must be a signature like task.s(): current value is";
    call(chain, one.s(), add).toThrow(`Cannot make a workflow as part 1 ${must} function`);
    call(chain, [one.s(), add.s(1)]).toThrow(`Cannot make a workflow as part 0 ${must} object`);
    call(group, one.s(), undefined).toThrow(`Cannot make a workflow as part 1 ${must} undefined`);
    call(group, [one.s(), 5]).toThrow(`Cannot make a workflow as part 1 ${must} number`);
    call(chord, [one], sum.s()).toThrow(`Cannot make a workflow as part 0 ${must} function`);
    call(chord, [one.s()]).toThrow(`Cannot make a workflow as part body ${must} undefined`);
    call(one.s().pipe, add).toThrow(`Cannot make a workflow as part 1 ${must} function`);
    call(one.s().link, null).toThrow(`Cannot make a workflow as part link ${must} object`);
    call(one.s().linkError, add).toThrow(`Cannot make a workflow as part linkError ${must} function`);
    call(signature, "").toThrow("Cannot make a signature as it must name its task in a text: current value is string");
    call(signature, "x", 5).toThrow("Cannot make a signature of x as args must be an array: current value is number");
  });

  test("may be made by another copy of the package", () => {
    const { one, add } = makeKit();
    const { tree } = add.s(1);
    const flow = Reflect.apply(group, undefined, [one.s(), { tree, sender: undefined }]);
    expect(flow.tree.members).toEqual([one.s().tree, tree]);
    expect(Reflect.apply(chain, undefined, [one.s(), { tree, sender: undefined }]).tree.steps[1]).toEqual(tree);
  });

  test("of two apps is none", () => {
    const [a, b] = [makeKit(), makeKit()];
    expect(() => chain(a.one.s(), b.inc.s())).toThrow("must be of one app");
    expect(() => chord([a.one.s()], b.same.s())).toThrow("must be of one app");
    expect(() => group(a.one.s(), b.one.s())).toThrow("must be of one app");
  });

  test("by name needs no contract here", async () => {
    const { app, one } = makeKit();
    const elsewhere = new Umbel("edge", { broker: await app.broker() });
    await start(app);
    const named = elsewhere.use(chain(signature<number>("add", [2, 3]), signature<number>("mul", [2])));
    expect(await (await named.delay()).get(get)).toBe(10);
    expect(await (await chain(one.s(), signature<number>("add", [1])).delay()).get(get)).toBe(2);
    const withNames = signature("x", [1], { kwargs: { a: 1 }, immutable: true, queue: "q" });
    expect(withNames.tree).toMatchObject({ kwargs: { a: 1 }, immutable: true, options: { queue: "q" } });
  });

  test("is checked when it is sent, every step of it, and nothing is sent when one does not fit", async () => {
    const { app, broker, add, mul, one, sum } = makeKit();
    const wrong = "4" as unknown as number;
    for (
      const flow of [
        add.s(4, wrong),
        chain(add.s(4, 4), mul.s(wrong)),
        chain(one.s(), group(add.s(1), add.s(wrong)), sum.s()),
        add.s(1, 2).link(mul.s(wrong)),
        add.s(1, 2).linkError(signature("mul", [wrong])),
      ]
    ) await expect(app.use(flow).delay()).rejects.toBeInstanceOf(ValidationError);
    await expect(app.signature(add.s(1)).delay()).rejects.toThrow("args[1]");
    expect((await broker.queues()).length).toBe(0);
    expect(broker.publishes).toBe(0);
  });
});
