import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import fc from "fast-check";
import * as z from "zod/mini";
import { newId } from "../../src/base/ids.ts";
import { decodeMessage, encodeMessage, type Message, MessageError } from "../../src/protocol/message.ts";

const id = newId();

/** The form of a message once more, by zod's own objects. */
const hop = z.object({ id: z.string(), queue: z.string(), priority: z.number() });
const wholeSchema = z.looseObject({
  v: z.literal(1),
  id: z.string(),
  task: z.string(),
  data: z.optional(z.unknown()),
  enc: z.optional(z.string()),
  flags: z.optional(z.array(z.tuple([z.string(), z.string()]))),
  attempt: z.optional(z.number()),
  retries: z.optional(z.number()),
  limits: z.optional(z.object({ soft: z.optional(z.number()), hard: z.optional(z.number()) })),
  root: z.optional(z.string()),
  next: z.optional(z.array(hop)),
  gate: z.optional(z.object({ id: z.string(), index: z.number(), hop })),
  ignore: z.optional(z.boolean()),
  headers: z.optional(z.record(z.string(), z.string())),
});

describe("a message", () => {
  test("survives its text, and its text has no id and no absent fields", () => {
    const message: Message = { v: 1, id, task: "math.add", data: { args: [1, 2] }, attempt: undefined };
    const text = encodeMessage(message);
    expect(text).toBe('{"v":1,"task":"math.add","data":{"args":[1,2]}}');
    expect(decodeMessage(id, text)).toEqual({ v: 1, id, task: "math.add", data: { args: [1, 2] } });
  });

  test("keeps a field that this version does not know", () => {
    const text = '{"v":1,"task":"t","data":{},"colour":"green"}';
    const again = encodeMessage({ ...decodeMessage(id, text), attempt: 1 });
    expect(JSON.parse(again)).toEqual({ v: 1, task: "t", data: {}, colour: "green", attempt: 1 });
  });

  test("that no worker could read is not written, and the field is named", () => {
    const odd = JSON.parse('{ "headers": { "secret": 7 } }');
    expect(thrown(() => encodeMessage({ v: 1, id, task: "mail.send", ...odd }))).toMatchObject({
      name: "MessageError",
      message: "Cannot send mail.send as its field headers must be of the message's form",
    });
    expect(() => encodeMessage({ v: 1, id, task: "t", retries: NaN })).toThrow("field retries");
  });

  test("of another version is refused with what to do", () => {
    expect(() => decodeMessage(id, '{"v":2,"task":"t"}')).toThrow(
      `Cannot read message ${id} as its version must be 1: current value is 2; update this worker, then revive the message`,
    );
    expect(() => decodeMessage(id, '{"task":"t"}')).toThrow(MessageError);
  });

  test("that is none is refused without its text", () => {
    for (
      const text of [
        "",
        "secret",
        "[1]",
        "null",
        '"v"',
        '{"v":1}',
        '{"v":1,"task":7}',
        '{"v":1,"task":"t","next":[{}]}',
      ]
    ) {
      const error = thrown(() => decodeMessage(id, text));
      expect(error).toBeInstanceOf(MessageError);
      expect(error.message).not.toContain("secret");
    }
  });

  test("names the field that is wrong", () => {
    expect(thrown(() => decodeMessage(id, '{"v":1,"task":"t","attempt":"x"}')).message).toContain("field attempt");
  });

  test("cannot reach a prototype", () => {
    const message = decodeMessage(
      id,
      '{"v":1,"task":"t","__proto__":{"polluted":1},"data":{"args":[{"__proto__":{"x":1}}]}}',
    );
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
    expect(JSON.stringify(message)).not.toContain("polluted");
    const escaped = decodeMessage(id, '{"v":1,"task":"t","data":{"\\u005f_proto__":{"x":1}}}');
    expect(Object.hasOwn(escaped.data as object, "__proto__")).toBe(false);
  });

  test("is read just as its whole schema reads it", () => {
    const field = fc.constantFrom(
      "v",
      "task",
      "data",
      "enc",
      "flags",
      "attempt",
      "retries",
      "root",
      "next",
      "gate",
      "limits",
      "headers",
      "ignore",
      "more",
    );
    const value = fc.oneof(
      fc.constantFrom<unknown>(1, "t", true, null, {}, [], [["p", "Date"]], [["p"]], { soft: 1 }, { a: "b" }, [{
        id: "i",
        queue: "q",
        priority: 0,
      }]),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.dictionary(field, value), (raw) => {
        const text = JSON.stringify({ v: 1, task: "t", ...raw });
        const whole = z.safeParse(wholeSchema, { ...JSON.parse(text), id }).success;
        expect(accepts(() => decodeMessage(id, text))).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });
});

test("golden messages are read, and written again to the letter", async () => {
  let count = 0;
  for await (const path of new Glob("test/wire/message_*.json").scan(".")) {
    const text = (await Bun.file(path).text()).trim();
    expect(encodeMessage(decodeMessage(id, text))).toBe(text);
    count++;
  }
  expect(count).toBeGreaterThanOrEqual(4);
});

function thrown(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

function accepts(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}
