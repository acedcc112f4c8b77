import { test } from "bun:test";
import * as fc from "fast-check";
import { brokerModel } from "../../../src/testing/model/model.ts";
import { createRealTimeSqlite, createSqlite } from "./sqlite_fixture.ts";

const registered = (name: string, run: () => Promise<void>) => test(name, run, 240_000);

brokerModel({ name: "sqlite", create: createSqlite, test: registered, fc, runs: 60, steps: 100, seed: 2 });
brokerModel({ name: "sqlite in real time", create: createRealTimeSqlite, test: registered, fc, runs: 3, seed: 2 });
