import { test } from "bun:test";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import { createRealTimeSqlite, createSqlite } from "./sqlite_fixture.ts";

const registered = (name: string, run: () => Promise<void>) => test(name, run, 60_000);

brokerConformance({ name: "sqlite", create: createSqlite, test: registered });
brokerConformance({ name: "sqlite in real time", create: createRealTimeSqlite, test: registered });
