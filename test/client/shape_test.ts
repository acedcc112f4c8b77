/** The values of a workflow whose tasks have ended. */
import { expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { RecordReader } from "../../src/client/record_reader.ts";
import { shapedValue } from "../../src/client/shape.ts";

const never = () => Promise.reject(new Error("nobody reads"));

function readerOf(decode: (data: unknown) => unknown) {
  const errors = { rebuild: (id: string) => new Error(id) };
  return new RecordReader({
    broker: never,
    decoder: { decode: ({ data }) => decode(data) },
    errors,
    clock: systemClock,
  });
}

const ids = ["a", "b"];
const shape = { kind: "group" as const, id: "g", members: ids.map((id) => ({ kind: "task" as const, id })) };
const records = new Map(ids.map((id) => [id, { state: "SUCCESS" as const, data: id }]));

test("values that are there at once make no promise", () => {
  expect(shapedValue(shape, records, readerOf((data) => data))).toEqual(["a", "b"]);
});

test("a value that cannot be decoded fails the group, and what fails later is heard of too", async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => void unheard.push(reason);
  process.on("unhandledRejection", hear);
  const reader = readerOf((data) => {
    if (data === "a") return systemClock.sleep(1).then(() => Promise.reject(new Error("late")));
    throw new Error("at once");
  });
  await expect(Promise.resolve(shapedValue(shape, records, reader))).rejects.toThrow("at once");
  await systemClock.sleep(20);
  process.off("unhandledRejection", hear);
  expect(unheard).toEqual([]);
});
