import { describe, expect, test } from "bun:test";
import { KeyRing } from "../../../src/codecs/seal/key_ring.ts";
import {
  createPairKey,
  createSecretKey,
  formatKey,
  parseKeys,
  type SealKey,
} from "../../../src/codecs/seal/seal_key.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

describe("keys as a text", () => {
  test("come back as they were", async () => {
    const pair = await createPairKey("p1");
    const keys: SealKey[] = [createSecretKey("k1"), pair, { id: "p2", publicKey: pair.publicKey }];
    expect(parseKeys(keys.map(formatKey).join(","))).toEqual(keys);
    expect(parseKeys(keys.map(formatKey).join("\n  "))).toEqual(keys);
    expect(parseKeys("")).toEqual([]);
  });

  test("of the platform cannot be written", async () => {
    const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    if (!("publicKey" in pair)) throw new Error("no pair");
    expect(() => formatKey({ id: "p1", publicKey: pair.publicKey })).toThrow("its parts must be texts");
  });
});

describe("a key ring refuses", () => {
  const refused: readonly (readonly [string, readonly SealKey[], string])[] = [
    ["to be empty", [], "keys must be given, or stand in UMBEL_SEAL_KEYS"],
    ["a short secret", [{ id: "k1", secret: "hunter2-hunter2" }], "32 bytes or more: current length is 15"],
    ["an id that is none", [{ id: "k.1", secret: SECRET }], "its id must be up to 64 letters"],
    ["an id twice", [{ id: "k1", secret: SECRET }, { id: "k1", secret: SECRET }], "its id must be its own"],
  ];
  for (const [what, keys, words] of refused) {
    test(what, () => {
      expect(() => new KeyRing(keys)).toThrow(words);
      expect(() => new KeyRing(keys)).not.toThrow(/hunter2|0123456789/);
    });
  }

  test("a pair that is none, without showing it", async () => {
    for (
      const [publicKey, words] of [["bm9uZQ==", "its publicKey must be Ed25519"], [
        "*hidden*",
        "must be base64",
      ]] as const
    ) {
      const error: unknown = await new KeyRing([{ id: "p1", publicKey }]).verifying("ed25519", "p1").catch((
        e: unknown,
      ) => e);
      expect(String(error)).toContain(words);
      expect(String(error)).not.toContain(publicKey);
    }
  });

  test("a text that is none, without showing it", () => {
    expect(() => parseKeys("hunter2")).toThrow("Cannot take key 1 of the key ring as it must have the form id=secret");
  });

  test("to encrypt without a secret", async () => {
    const ring = new KeyRing([await createPairKey("p1")]);
    await expect(ring.encrypting()).rejects.toThrow("the key ring must hold a secret");
    await expect(ring.signing("hmac")).rejects.toThrow("must hold a secret");
  });
});

test("keys of the platform can be used as they are", async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  if (!("publicKey" in pair)) throw new Error("no pair");
  const ring = new KeyRing([{ id: "p1", publicKey: pair.publicKey, privateKey: pair.privateKey }]);
  expect((await ring.signing("ed25519")).key).toBe(pair.privateKey);
  expect(await ring.verifying("ed25519", "p1")).toBe(pair.publicKey);
});
