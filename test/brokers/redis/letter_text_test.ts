import { describe, expect, test } from "bun:test";
import { newId } from "../../../src/base/ids.ts";
import type { Letter } from "../../../src/broker.ts";
import { plainLetter, readDelivery, readLetter } from "../../../src/brokers/redis/letter_text.ts";
import { shortUuid } from "../../../src/brokers/redis/short_id.ts";

const TEXTS = [
  '{"v":1,"task":"noop","data":{"args":[1,2]}}',
  '{"v":1,"task":"noop","data":{"args":[],"kwargs":{"a":1}}}',
  '{"v":1,"task":"noop","data":{"args":[1]},"limits":{"soft":{}}}',
  '{"v":1,"task":"a\\"b","data":{"args":[1]}}',
  '{"v":1,"task":"noop","data":{"args":[1]},"root":"x"}',
  '{"v":1,"task":"noop"}',
  '{"v":1,"task":"","data":{"args":[}}',
  '{"v":1,"task":"","data":{"args":[}',
  '{"v":1,"task":"","data":{"args":[',
  '{"v":1,"task":"}}',
  "no JSON at all",
  "two\nlines",
  "",
];
const letter = (text: string, expires?: Letter["expires"]): Letter => ({
  ...{ id: newId(), queue: "q", priority: 3, text },
  ...(expires && { expires }),
});

describe("a plain letter", () => {
  test("comes back with its text as it was", () => {
    for (const text of TEXTS) {
      for (const expires of [undefined, { at: 1_800_000_000_000 }]) {
        const { id, ...rest } = letter(text, expires);
        const written = plainLetter(shortUuid(id), { id, ...rest });
        expect(readLetter(written)).toEqual({ id, deliveries: 1, text });
        expect(readDelivery(written, "q", 3)).toEqual({ id, queue: "q", priority: 3, text, deliveries: 1 });
      }
    }
  });

  test("leaves out what nearly all messages have in common", () => {
    const { id, ...rest } = letter(TEXTS[0] ?? "");
    expect(plainLetter(shortUuid(id), { id, ...rest })).toBe(`${shortUuid(id)}01@noop"1,2]`);
  });
});
