/** The memory broker, and the suites themselves, on Bun, Deno and Node. */

import * as fc from "fast-check";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import { brokerModel } from "../../../src/testing/model/model.ts";
import { test } from "../../support/portable.ts";
import { createMemory } from "./memory_fixture.ts";

brokerConformance({ name: "memory", create: createMemory, test });
brokerModel({ name: "memory", create: createMemory, test, fc, runs: 20, seed: 1 });
