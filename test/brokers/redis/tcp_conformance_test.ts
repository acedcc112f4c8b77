import { test } from "bun:test";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import { creates, serverForTests } from "./redis_fixture.ts";

const server = serverForTests();
const registered = (name: string, run: () => Promise<void>) => test(name, run, 60_000);

brokerConformance({ name: "redis over TCP", create: creates(server), test: registered });
