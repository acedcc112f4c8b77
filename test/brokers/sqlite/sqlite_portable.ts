/** The sqlite broker passes the suite on Deno and on Nodes that have SQLite, and says so clearly where there is none. */

import assert from "node:assert/strict";
import { sqlite } from "../../../src/brokers/sqlite/mod.ts";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import { runtime, test } from "../../support/portable.ts";
import { createSqlite, temporaryDatabase } from "./sqlite_fixture.ts";

const hasSqlite = runtime !== "node" || await import("node:sqlite").then(() => true, () => false);

// On Bun `sqlite_conformance_test.ts` does so.
if (hasSqlite && runtime !== "bun") {
  const gaps = [{
    reason: "Deno's node:sqlite reads a text up to its first NUL character only, so it is refused",
    tests: ["A text may hold any character of Unicode"],
  }];
  brokerConformance({ name: "sqlite", create: createSqlite, test, gaps: runtime === "deno" ? gaps : [] });
}

const letter = (text: string) => ({ id: crypto.randomUUID(), queue: "q", priority: 0, text });

test("a runtime that has SQLite takes letters, one that has none says what is missing", async () => {
  const { path, remove } = await temporaryDatabase();
  const broker = sqlite(path);
  const text =
    "Ä ß 中文 עברית 👩‍👩‍👧‍👦 𝒳 \u{10ffff} \u2028\u2029\ufeff\ufffe\uffff \u0001\u001f \t\r \\u0000 'quoted' \"quoted\"";
  const publish = broker.publish({ publish: [letter(text)] });
  if (hasSqlite) {
    assert.deepEqual(await publish, ["created"]);
    assert.equal((await broker.peek("q", 1))[0]?.text, text);
  } else {
    await assert.rejects(publish, /^Error: Cannot use the sqlite broker as the runtime must have SQLite.*Node v/);
  }
  await broker.close();
  await remove();
});

test("a text with a NUL character comes back whole, or is refused", async () => {
  if (!hasSqlite) return;
  const broker = sqlite(":memory:");
  const publish = broker.publish({ publish: [letter("a\u0000b")] });
  if (runtime === "deno") await assert.rejects(publish, /^RangeError: Cannot store a text as it must have no NUL/);
  else await publish.then(async () => assert.equal((await broker.peek("q", 1))[0]?.text, "a\u0000b"));
  await broker.close();
});
