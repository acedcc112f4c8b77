import { test } from "bun:test";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import { createMemory, createRealTimeMemory } from "./memory_fixture.ts";

const registered = (name: string, run: () => Promise<void>) => test(name, run, 60_000);

brokerConformance({ name: "memory", create: createMemory, test: registered });
brokerConformance({ name: "memory in real time", create: createRealTimeMemory, test: registered });
