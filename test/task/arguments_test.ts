import { describe, expect, test } from "bun:test";
import * as z from "zod";
import * as zm from "zod/mini";
import { parseCall, parseResult, splitCall } from "../../src/task/arguments.ts";
import { checkOptions } from "../../src/task/check_options.ts";
import { type ContractSpec, definitionOf } from "../../src/task/definition.ts";
import { ValidationError } from "../../src/task/validation_error.ts";

const define = (spec: ContractSpec) => definitionOf("shop.order", spec, false);

async function refusal(spec: ContractSpec, ...values: unknown[]): Promise<ValidationError> {
  const definition = define(spec);
  try {
    await parseCall(definition, splitCall(definition, values), "send");
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error("the call was accepted");
}

describe("arguments of a call", () => {
  test("are told from named ones by the contract", () => {
    const spec = define({ args: [z.string(), z.number().optional()], kwargs: z.object({ tag: z.string() }) });
    expect(splitCall(spec, ["a", { tag: "x" }])).toEqual({ args: ["a"], kwargs: { tag: "x" } });
    expect(splitCall(spec, ["a", 1, { tag: "x" }])).toEqual({ args: ["a", 1], kwargs: { tag: "x" } });
    expect(splitCall(spec, ["a"])).toEqual({ args: ["a"] });
    const plain = define({ args: [z.object({ tag: z.string() })] });
    expect(splitCall(plain, [{ tag: "x" }])).toEqual({ args: [{ tag: "x" }] });
  });

  test("an object that is a required positional argument is never taken for named ones", () => {
    const spec = define({ args: [z.object({ id: z.number() })], kwargs: z.object({ tag: z.string().optional() }) });
    expect(splitCall(spec, [{ id: 1 }])).toEqual({ args: [{ id: 1 }] });
    expect(splitCall(spec, [{ id: 1 }, { tag: "x" }])).toEqual({ args: [{ id: 1 }], kwargs: { tag: "x" } });
  });

  test("are parsed in the handler's order, with defaults and transforms done", async () => {
    const spec = define({
      args: [z.string().transform((text) => text.length), z.number().default(7)],
      kwargs: z.object({ tag: z.string().default("none") }),
    });
    expect(await parseCall(spec, { args: ["four"] }, "run")).toEqual([4, 7, { tag: "none" }]);
  });

  test("may be any number where the contract has a rest", async () => {
    const spec = define({ args: [z.string()], rest: zm.number() });
    expect(await parseCall(spec, { args: ["a", 1, 2, 3] }, "run")).toEqual(["a", 1, 2, 3]);
    expect((await refusal({ args: [z.string()], rest: zm.number() }, "a", 1, "2")).problems[0]?.path).toBe("args[2]");
  });

  test("wait for schemas that take time", async () => {
    const slow = z.string().refine(async (text) => text !== "taken", "taken");
    expect(await parseCall(define({ args: [slow] }), { args: ["free"] }, "run")).toEqual(["free"]);
    expect((await refusal({ args: [slow] }, "taken")).message).toContain("args[0] must be as its schema says (taken)");
  });
});

describe("a refusal", () => {
  test("names the task, the path, what was expected and what kind of value came", async () => {
    const error = await refusal({ args: [z.object({ user: z.object({ age: z.number() }) })] }, {
      user: { age: "secret" },
    });
    expect(error.message).toBe(
      "Cannot send shop.order as args[0].user.age must be a number: current value is a string of 6 characters",
    );
    expect(error.problems).toEqual([
      { path: "args[0].user.age", expected: "a number", received: "a string of 6 characters" },
    ]);
  });

  test("lists every problem, and never the values", async () => {
    const spec = {
      args: [z.string().min(3), z.number().int().max(9), z.enum(["red", "green"]), z.array(z.number()).min(1)],
      kwargs: z.strictObject({ email: z.email(), "odd key": z.boolean() }),
    };
    const error = await refusal(spec, "ab", 11, "blue-secret", [], { email: "secret", "odd key": 1, more: "secret" });
    expect(error.problems.map(({ path, expected }) => `${path} ${expected}`)).toEqual([
      "args[0] at least 3 characters long",
      "args[1] at most 9",
      'args[2] one of "red", "green"',
      "args[3] at least 1 elements",
      "kwargs.email a text in the format email",
      'kwargs["odd key"] a boolean',
      'kwargs without the keys "more"',
    ]);
    expect(error.message).not.toContain("secret");
  });

  test("tells of too many arguments, and of named ones where there are none", async () => {
    expect((await refusal({ args: [z.number()] }, 1, 2)).message).toContain(
      "args must be at most 1 positional arguments",
    );
    const definition = define({ args: [z.number()] });
    expect(() => parseCall(definition, { args: [1], kwargs: { tag: 1 } }, "send")).toThrow("kwargs must be absent");
  });
});

describe("a result", () => {
  test("is parsed by the contract", async () => {
    expect(await parseResult(define({ returns: z.number().transform(String) }), 5)).toBe("5");
    expect(await parseResult(define({}), "anything")).toBe("anything");
  });

  test("that does not fit is refused by its path", () => {
    const definition = define({ returns: z.object({ total: z.number() }) });
    expect(() => parseResult(definition, { total: "9" })).toThrow(
      "Cannot take the result of shop.order as result.total must be a number",
    );
  });
});

describe("a contract", () => {
  test("is refused where it is written when it cannot be", () => {
    expect(() => definitionOf("", {}, false)).toThrow("Cannot define a task as its name must be");
    expect(() => definitionOf("no spaces", {}, false)).toThrow("its name must be");
    expect(() => define({ args: ["text"] as never })).toThrow("args[0] must be a schema of zod 4 or zod/mini");
    const options = (spec: ContractSpec) => checkOptions(definitionOf("shop.order", spec, false));
    expect(() => options({ priority: 10 })).toThrow("priority must be a whole number from 0 to 9: current value is 10");
    expect(() => options({ retries: -1 })).toThrow("retries must be 0 or more");
    expect(() => options({ ack: "never" as never })).toThrow('ack must be "late" or "early"');
    expect(() => options({ timeLimit: 5 as never })).toThrow("timeLimit of task shop.order as it must be a duration");
    expect(() => options({ colour: "red" } as never)).toThrow("colour must be left out: it is no option of a task");
  });
});
