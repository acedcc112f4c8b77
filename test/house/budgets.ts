/** What users of the edge build from Umbel's doors, and what each may weigh. */

import type { Budget } from "./bundles.ts";

/** Doors whose whole graph of files must be safe on the edge, by the names of deno.json. */
export const EDGE_SAFE_DOORS: readonly string[] = [
  ".",
  "./blobs",
  "./codec",
  "./hono",
  "./memory",
  "./producer",
  "./upstash",
];

/** The budgets, in bytes gzipped. */
export const BUDGETS: readonly Budget[] = [
  {
    name: "contracts alone",
    source: `import { defineTask } from "@umbel/umbel/producer"; globalThis.kept = defineTask;`,
    bytes: 1_500,
  },
  {
    name: "contracts that make signatures",
    source: `import { defineTask } from "@umbel/umbel"; globalThis.kept = defineTask;`,
    bytes: 3_200,
  },
  {
    name: "contracts, client, message schema and the edge's broker, without the user's schemas",
    source: `import { defineTask, Producer, upstashEdge } from "@umbel/umbel/producer";
      globalThis.kept = [defineTask("math.double"), Producer, upstashEdge];`,
    bytes: 12_000,
  },
  {
    name: "the same with a contract of one z.number()",
    source: `import { defineTask, Producer, upstashEdge } from "@umbel/umbel/producer"; import * as z from "zod/mini";
      globalThis.kept = [defineTask("math.double", { args: [z.number()] }), Producer, upstashEdge];`,
    bytes: 12_600,
  },
  {
    name: "that with workflows",
    source: `import { chain, chord, defineTask, group } from "@umbel/umbel";
      import { FlowProducer, upstashEdge } from "@umbel/umbel/producer"; import * as z from "zod/mini";
      const double = defineTask("math.double", { args: [z.number()] });
      globalThis.kept = [double, chain, chord, group, FlowProducer, upstashEdge];`,
    bytes: 15_000,
  },
  {
    name: "the client alone: contracts and message schema, without a broker",
    source:
      `import { defineTask, Producer } from "@umbel/umbel/producer"; globalThis.kept = [defineTask("a"), Producer];`,
    bytes: 9_800,
  },
  {
    name: "the edge's broker on Upstash alone",
    source: `import { upstashEdge } from "@umbel/umbel/producer"; globalThis.kept = upstashEdge;`,
    bytes: 2_600,
  },
  {
    name: "the whole app, with every codec and the official client",
    source: `import { defineTask, Umbel } from "@umbel/umbel"; globalThis.kept = [defineTask, Umbel];`,
    bytes: 134_000,
  },
  {
    name: "the codec, compiled and in TypeScript",
    source: `import * as codec from "@umbel/umbel/codec"; globalThis.kept = codec;`,
    bytes: 15_000,
  },
  {
    name: "the memory broker",
    source: `import { memory } from "@umbel/umbel/memory"; globalThis.kept = memory;`,
    bytes: 6_000,
  },
];
