import { test } from "bun:test";
import * as fc from "fast-check";
import { brokerModel } from "../../../src/testing/model/model.ts";
import { creates, serverForTests } from "./redis_fixture.ts";

const server = serverForTests();
const registered = (name: string, run: () => Promise<void>) => test(name, run, 240_000);

brokerModel({ name: "redis over TCP", create: creates(server), test: registered, fc, runs: 12, steps: 80, seed: 3 });
