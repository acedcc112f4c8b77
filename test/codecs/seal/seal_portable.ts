/** Seals of one runtime are opened by every other: the golden texts were sealed once and for all. */

import assert from "node:assert/strict";
import { createPairKey, createSecretKey } from "../../../src/codecs/seal/seal_key.ts";
import { KeyRing } from "../../../src/codecs/seal/key_ring.ts";
import { sealer } from "../../../src/codecs/seal/sealer.ts";
import { TextSealer } from "../../../src/codecs/seal/text_sealer.ts";
import { test } from "../../support/portable.ts";
import { BLOB, CONTENT, ENCRYPTED, ID, KEYS, SIGNED, SIGNED_BY_PAIR, TEXT } from "./golden.ts";

const clock = { now: () => 1_795_823_443_851, sleep: () => Promise.resolve() };

function textSealer(sign: "hmac" | "ed25519", encrypt = false): TextSealer {
  return new TextSealer({ ring: new KeyRing(KEYS), sign, accept: new Set([sign]), encrypt, require: true, clock });
}

const place = { thing: "message", id: ID, queue: "default" } as const;

test("what can be signed in one way only gives the same text everywhere", async () => {
  assert.equal(await textSealer("hmac").seal(TEXT, place), SIGNED);
  assert.equal(await textSealer("ed25519").seal(TEXT, place), SIGNED_BY_PAIR);
});

test("what another runtime sealed is opened", async () => {
  assert.equal((await textSealer("hmac").open(SIGNED, "message", ID)).text, TEXT);
  assert.equal((await textSealer("ed25519").open(SIGNED_BY_PAIR, "message", ID)).text, TEXT);
  const { text } = await textSealer("hmac").open(ENCRYPTED, "message", ID);
  assert.deepEqual(JSON.parse(text), JSON.parse(TEXT));
});

test("an altered text is refused", async () => {
  const altered = SIGNED.replace("mail", "wipe");
  await assert.rejects(textSealer("hmac").open(altered, "message", ID), { name: "SealError", reason: "altered" });
});

test("new keys of both kinds can be made and used", async () => {
  const ring = new KeyRing([createSecretKey("k9"), await createPairKey("p9")]);
  for (const sign of ["hmac", "ed25519"] as const) {
    const fresh = new TextSealer({ ring, sign, accept: new Set([sign]), encrypt: true, require: true, clock });
    const opened = await fresh.open(await fresh.seal(TEXT, place), "message", ID);
    assert.deepEqual(JSON.parse(opened.text), JSON.parse(TEXT));
  }
});

test("a blob of another runtime is opened, and one of this runtime too", async () => {
  const seal = sealer({ keys: KEYS });
  const bytes = Uint8Array.from(atob(BLOB), (character) => character.charCodeAt(0));
  const opened = new Blob([bytes]).stream().pipeThrough(seal.openStream("photo"));
  assert.equal(await new Response(opened).text(), CONTENT);
  const own = new Blob([CONTENT]).stream().pipeThrough(seal.sealStream()).pipeThrough(seal.openStream());
  assert.equal(await new Response(own).text(), CONTENT);
});
