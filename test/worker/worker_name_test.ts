import { expect, test } from "bun:test";
import { workerName } from "../../src/worker/worker_name.ts";

test("a worker's name takes in what its host and its process are", () => {
  const named = (pattern?: string) => workerName(pattern, "box.shop.example", 77);
  expect(named()).toBe("worker@box.shop.example");
  expect(named("w1@%n")).toBe("w1@box");
  expect(named("%d-%i-100%%")).toBe("shop.example-77-100%");
  expect(workerName("w@%n.%d", "box")).toBe("w@box.");
});

test("a name with an unknown part is refused", () => {
  expect(() => workerName("w@%x", "box")).toThrow("Cannot name a worker as %x must be one of %h %n %d %i %%");
});
