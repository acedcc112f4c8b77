import { test } from "bun:test";
import * as fc from "fast-check";
import { brokerModel } from "../../../src/testing/model/model.ts";
import { createMemory, createRealTimeMemory } from "./memory_fixture.ts";

const registered = (name: string, run: () => Promise<void>) => test(name, run, 300_000);

brokerModel({ name: "memory", create: createMemory, test: registered, fc, runs: 150, steps: 100, seed: 1 });
brokerModel({
  name: "memory in real time",
  create: createRealTimeMemory,
  test: registered,
  fc,
  runs: 5,
  steps: 40,
  seed: 1,
});
