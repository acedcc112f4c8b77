import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createPairKey, createSecretKey } from "../../../src/codecs/seal/seal_key.ts";
import type { Place } from "../../../src/codecs/seal/text_sealer.ts";
import { k1, refusal, textSealer } from "./bench.ts";

const ID = "019a0000-0000-7000-8000-000000000001";
const PLACE: Place = { thing: "message", id: ID, queue: "default" };
const TEXT = JSON.stringify({
  v: 1,
  task: "mail",
  data: { args: ["a@b.example", { n: 1 }] },
  headers: { tenant: "t" },
});

const pair = await createPairKey("p1");
const sealers = {
  hmac: textSealer([k1]),
  "hmac, encrypted": textSealer([k1], { encrypt: true }),
  ed25519: textSealer([pair], { sign: "ed25519" }),
  "ed25519, encrypted": textSealer([pair, k1], { sign: "ed25519", encrypt: true }),
};

for (const [name, sealer] of Object.entries(sealers)) {
  describe(`a text sealed by ${name}`, () => {
    test("comes back as it was, whatever it is", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.constantFrom("", "{}", "{ }", '{"a"}')),
          async (text) => {
            const sealed = await sealer.seal(text, PLACE);
            const opened = await sealer.open(sealed, "message", ID);
            if (!text.startsWith("{")) expect(opened.text).toBe(text.toWellFormed());
            else expect(opened.text === text || same(opened.text, text)).toBe(true);
          },
        ),
        { numRuns: 200 },
      );
    });

    test("shows its seal to everybody", async () => {
      const { seal, task } = JSON.parse(await sealer.seal(TEXT, PLACE));
      expect(seal).toMatchObject({ alg: name.split(",")[0], at: 1_000, queue: "default" });
      expect(task).toBe("mail");
    });

    test("is refused when any one byte of it is another", async () => {
      const sealed = await sealer.seal(TEXT, PLACE);
      for (let at = 0; at < sealed.length; at++) {
        for (const other of ["x", "0", '"', "}", " "]) {
          if (sealed[at] === other) continue;
          const altered = sealed.slice(0, at) + other + sealed.slice(at + 1);
          expect([at, other, await refusal(sealer, altered, ID)]).not.toContain(undefined);
        }
      }
    });

    test("is refused when anything of it is changed, added, left out or repeated", async () => {
      const sealed = await sealer.seal(TEXT, PLACE);
      await fc.assert(
        fc.asyncProperty(fc.nat(sealed.length), fc.nat(12), fc.string({ maxLength: 12 }), async (at, cut, put) => {
          const altered = sealed.slice(0, at) + put + sealed.slice(at + cut);
          if (altered !== sealed) expect(await refusal(sealer, altered, ID)).toBeDefined();
        }),
        { numRuns: 500 },
      );
    });

    test("is refused when a field is changed, whatever the form of the rest", async () => {
      const sealed = await sealer.seal(TEXT, PLACE);
      const changes = {
        task: "other",
        attempt: 3,
        retries: 9,
        eta: 1,
        next: [],
        root: ID,
        queue: "x",
        data: 1,
        enc: "json+lz4",
      };
      for (const change of Object.entries(changes)) {
        const { seal, ...rest } = JSON.parse(sealed);
        const altered = JSON.stringify({ ...rest, ...Object.fromEntries([change]), seal });
        expect(await refusal(sealer, altered, ID)).toBe("altered");
      }
      for (
        const change of [{ at: 5 }, { queue: "x" }, { index: 1 }, { raw: true }, { key: "none" }, { sig: "" }, {
          alg: "none",
        }]
      ) {
        const { seal, ...rest } = JSON.parse(sealed);
        expect(await refusal(sealer, JSON.stringify({ ...rest, seal: { ...seal, ...change } }), ID)).toBeDefined();
      }
    });

    test("is refused under another id, and for another purpose", async () => {
      const sealed = await sealer.seal(TEXT, PLACE);
      expect(await refusal(sealer, sealed, ID.replace(/1$/, "2"))).toBe("altered");
      for (const thing of ["input", "arrival", "result", "note"] as const) {
        expect(await refusal(sealer, sealed, ID, thing)).toBe("altered");
      }
    });
  });
}

function same(a: string, b: string): boolean {
  return Bun.deepEquals(JSON.parse(a), JSON.parse(b));
}

describe("encryption", () => {
  const sealer = textSealer([k1], { encrypt: true });

  test("leaves nothing of values readable, and shows what people need to see of a queue", async () => {
    const flags = [["args[0].born", "Date"]];
    const text = JSON.stringify({
      v: 1,
      task: "mail",
      ...{ data: "secret", enc: "msgpack", flags },
      headers: { h: "secret" },
    });
    const sealed = await sealer.seal(text, PLACE);
    expect(sealed).not.toMatch(/secret|born|msgpack/);
    expect(JSON.parse(sealed)).toMatchObject({ v: 1, task: "mail", enc: "aes-gcm" });
  });

  test("hides failures, and all of what one task sends to another", async () => {
    const failure = { name: "Error", message: "secret" };
    const result = await sealer.seal(JSON.stringify({ state: "FAILURE", task: "t", failure }), {
      thing: "result",
      id: ID,
    });
    const input = await sealer.seal(JSON.stringify({ failed: failure, task: "secret" }), { thing: "input", id: ID });
    expect(result + input).not.toContain("secret");
    expect(JSON.parse(result)).toMatchObject({ state: "FAILURE", task: "t" });
  });

  test("hides a field that nobody knows yet", async () => {
    expect(await sealer.seal('{"v":1,"task":"t","later":"secret"}', PLACE)).not.toContain("secret");
  });

  test("gives another text each time", async () => {
    expect(await sealer.seal(TEXT, PLACE)).not.toBe(await sealer.seal(TEXT, PLACE));
  });

  test("can be read by who does not encrypt, with the key", async () => {
    const sealed = await sealer.seal(TEXT, PLACE);
    expect(JSON.parse((await textSealer([k1]).open(sealed, "message", ID)).text)).toEqual(JSON.parse(TEXT));
  });
});

describe("a key ring", () => {
  test("seals with the first key and opens with all: a key is rotated in three steps", async () => {
    const k2 = createSecretKey("k2");
    const steps = [[k1], [k1, k2], [k2, k1], [k2]];
    for (const [index, keys] of steps.entries()) {
      for (const others of [steps[index - 1], keys, steps[index + 1]]) {
        if (others === undefined) continue;
        const sealed = await textSealer(keys, { encrypt: true }).seal(TEXT, PLACE);
        expect(await refusal(textSealer(others), sealed, ID)).toBeUndefined();
      }
    }
    expect(await refusal(textSealer([k2]), await textSealer([k1]).seal(TEXT, PLACE), ID)).toBe("unknown key");
  });

  test("does not take another key of the same id", async () => {
    expect(await refusal(textSealer([createSecretKey("k1")]), await textSealer([k1]).seal(TEXT, PLACE), ID)).toBe(
      "altered",
    );
  });

  test("opens with a public key what only the private one can seal", async () => {
    const { id, publicKey } = pair;
    const open = textSealer([{ id, publicKey }], { sign: "ed25519" });
    const sealed = await sealers.ed25519.seal(TEXT, PLACE);
    expect(await refusal(open, sealed, ID)).toBeUndefined();
    await expect(open.seal(TEXT, PLACE)).rejects.toThrow("must hold a pair with its private key");
  });

  test("does not take a secret for a pair, nor a pair for a secret", async () => {
    const secret = createSecretKey("p1");
    const accept = new Set(["hmac", "ed25519"] as const);
    expect(await refusal(textSealer([secret], { accept }), await sealers.ed25519.seal(TEXT, PLACE), ID)).toBe(
      "unknown key",
    );
    expect(await refusal(textSealer([pair], { accept }), await textSealer([secret]).seal(TEXT, PLACE), ID))
      .toBe("unknown key");
  });

  test("accepts another algorithm only where it is told to", async () => {
    const sealed = await textSealer([k1]).seal(TEXT, PLACE);
    expect(await refusal(textSealer([pair, k1], { sign: "ed25519" }), sealed, ID)).toBe("algorithm");
    const accept = new Set(["hmac", "ed25519"] as const);
    expect(await refusal(textSealer([pair, k1], { sign: "ed25519", accept }), sealed, ID)).toBeUndefined();
  });
});

describe("what has no seal", () => {
  test("is refused where one is required, and taken where none is", async () => {
    expect(await refusal(textSealer([k1]), TEXT, ID)).toBe("unsealed");
    expect(await refusal(textSealer([k1], { require: false }), TEXT, ID)).toBeUndefined();
  });

  test("is told from what is altered, also where no seal is required", async () => {
    const open = textSealer([k1], { require: false });
    const sealed = await textSealer([k1]).seal(TEXT, PLACE);
    expect(await refusal(open, sealed.replace("mail", "wipe"), ID)).toBe("altered");
    expect(await refusal(open, sealed.replace('"alg":"hmac"', '"alg":"none"'), ID)).toBe("altered");
    expect(await refusal(open, '{"v":1,"task":"t","data":{"seal":{"a":1}}}', ID)).toBeUndefined();
  });
});

test("no error shows a key or a text", async () => {
  const error = await textSealer([k1]).open(TEXT, "message", ID).catch((thrown: unknown) => thrown);
  expect(Bun.inspect(error)).not.toContain("a@b.example");
  expect(Bun.inspect(textSealer([k1]))).not.toContain(k1.secret);
});
