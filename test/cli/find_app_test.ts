import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { findApp } from "../../src/cli/find_app.ts";

const find = (spec: string) => findApp(spec, join(import.meta.dir, "samples"));

describe("an app is found", () => {
  test("by a module, with or without its ending, or by its folder", async () => {
    for (const spec of ["tasks.ts", "./tasks", "tasks", ".", join(import.meta.dir, "samples", "tasks.ts")]) {
      expect((await find(spec)).name).toBe("sample");
    }
  });

  test("by the name of its export, or as the only one", async () => {
    expect((await find("tasks.ts:other")).name).toBe("other");
    expect((await find("one")).name).toBe("only");
  });
});

describe("an app is not found, and the error tells why", () => {
  test("where there is no module", async () => {
    await expect(find("missing")).rejects.toThrow(
      /there must be a module at one of:[\s\S]*missing\.ts[\s\S]*missing\/app\.ts/,
    );
  });

  test("where a module has none, or too many", async () => {
    await expect(find("none")).rejects.toThrow("found none");
    await expect(find("two")).rejects.toThrow("found a, b");
    await expect(find("tasks:app2")).rejects.toThrow("Cannot use app2 of");
  });

  test("where a module cannot be imported", async () => {
    await expect(find("bad")).rejects.toThrow(/Cannot import .*bad\.ts: no good/);
  });
});
