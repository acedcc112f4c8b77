import { describe, expect, test } from "bun:test";
import { ClassCodecs } from "../../src/codecs/class_codec.ts";
import { decide } from "../../src/codecs/policy.ts";
import { SerializationError } from "../../src/codecs/serialization_error.ts";
import { survey } from "../../src/codecs/survey.ts";
import type { SerializationPolicy as Policy } from "../../src/protocol/serialization_policy.ts";

const ALL = { rich: true, store: true };

function refusals(value: unknown, policy: Policy, abilities: { rich: boolean; store: boolean } = ALL): string[] {
  try {
    decide(survey(value, "", new ClassCodecs()), policy, abilities, "");
    return [];
  } catch (error) {
    if (!(error instanceof SerializationError)) throw error;
    return error.refusals.map(({ path, kind }) => `${path}: ${kind}`);
  }
}

const rich = { date: new Date(), big: 1n, odd: "\ud800", list: [undefined] };
const stored = { blob: new Blob(["a"]), stream: new ReadableStream() };
const refused = { run() {}, mark: Symbol("m"), later: Promise.resolve() };

describe("a policy", () => {
  test("strict names every value that is not plain JSON", () => {
    expect(refusals({ ok: 1, ...rich, ...stored }, "strict")).toEqual([
      "date: Date",
      "big: bigint",
      "odd: lone surrogate",
      "list[0]: undefined",
      "blob: Blob",
      "stream: ReadableStream",
    ]);
  });

  test.each<Policy>(["rich", "reference"])("%s lets them travel", (policy) => {
    expect(refusals({ ...rich, ...stored }, policy)).toEqual([]);
  });

  test.each<Policy>(["strict", "rich", "reference"])("%s refuses what can never travel", (policy) => {
    expect(refusals(refused, policy)).toEqual(["run: function", "mark: symbol", "later: instance of Promise"]);
  });

  test("needs a codec for rich values, and a store for what is kept elsewhere", () => {
    expect(refusals({ ...rich, ...stored }, "rich", { rich: false, store: true })).toEqual([
      "date: Date",
      "big: bigint",
      "list[0]: undefined",
    ]);
    expect(refusals({ ...rich, ...stored }, "rich", { rich: true, store: false })).toEqual([
      "blob: Blob",
      "stream: ReadableStream",
    ]);
    expect(refusals({ date: new Date() }, "reference", { rich: true, store: false })).toEqual(["date: Date"]);
  });
});

describe("the error", () => {
  test("says what cannot be sent, where, what it is and what to do", () => {
    const value = { args: [{ born: new Date(), done() {} }] };
    expect(() => decide(survey(value, "", new ClassCodecs()), "strict", ALL, "")).toThrow(
      new SerializationError("", 'all of it must be plain JSON by policy "strict"', [
        { path: "args[0].born", kind: "Date", advice: 'send its toISOString(), or use policy "rich"' },
        { path: "args[0].done", kind: "function", advice: "send data, and name a task to call" },
      ]),
    );
    expect(() => decide(survey(value, "", new ClassCodecs()), "rich", ALL, "")).toThrow(
      "Cannot send a value as all of it must be able to travel: args[0].done is function " +
        "(send data, and name a task to call)",
    );
  });

  test("never shows what stands there", () => {
    const value = { secret: Object.assign(() => "hunter2", { key: "hunter2" }), when: new Date(), s: "hunter2\ud800" };
    const error = caught(() => decide(survey(value, "result", new ClassCodecs()), "strict", ALL, "result"));
    expect(error.message).toStartWith("Cannot send result as ");
    expect(error.message).not.toContain("hunter2");
  });

  test("tells the first fifty places, and has them all", () => {
    const many = Array.from({ length: 80 }, () => Symbol("s"));
    const error = caught(() => decide(survey(many, "", new ClassCodecs()), "rich", ALL, ""));
    expect(error.refusals).toHaveLength(80);
    expect(error.message).toEndWith("[49] is symbol (send a text); and 30 more");
  });

  test("keeps what reading the value threw", () => {
    const thrown = new Error("from the getter");
    const value = {
      get bad() {
        throw thrown;
      },
    };
    expect(caught(() => decide(survey(value, "", new ClassCodecs()), "rich", ALL, "")).cause).toBe(thrown);
  });
});

function caught(run: () => void): SerializationError {
  try {
    run();
  } catch (error) {
    if (error instanceof SerializationError) return error;
  }
  throw new Error("no SerializationError");
}
