/** The suite of blob stores: what every one does, wherever it keeps blobs. @module */
import type { RegisterTest } from "../conformance/fixture.ts";
import type { BlobCase, CreateBlobStore } from "./bench.ts";
import { listCases } from "./list_cases.ts";
import { putCases } from "./put_cases.ts";
import { raceCases } from "./race_cases.ts";
import { readCases } from "./read_cases.ts";

/** What {@link blobStoreConformance} takes. */
export interface BlobConformanceOptions {
  /** Stands before the name of each test, such as `s3`. */
  readonly name: string;
  /** Makes a fresh, empty store; called once for each test. */
  readonly create: CreateBlobStore;
  /** Registers a test. Give the runner a minute for each. */
  readonly test: RegisterTest;
}

/** One test of the suite, to be run by hand. */
export interface BlobConformanceTest {
  /** A sentence, the same for every store. */
  readonly name: string;
  /** Resolves when the store behaves, rejects when it does not. */
  run(create: CreateBlobStore): Promise<void>;
}

/** Every test of the suite. */
export const blobConformanceTests: readonly BlobConformanceTest[] = [putCases, readCases, listCases, raceCases]
  .flatMap((area) => Object.entries(area).map(([name, it]) => ({ name, run: (create) => runCase(create, it) })));

/**
 * Registers the tests that every blob store passes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryBlobs } from "@umbel/umbel/blobs";
 * import { blobStoreConformance } from "@umbel/umbel/testing";
 *
 * const names: string[] = [];
 * blobStoreConformance({
 *   name: "memory",
 *   test: (name, run) => void names.push(name), // that of your test runner
 *   create: () => {
 *     const store = memoryBlobs();
 *     return Promise.resolve({ store, reopen: () => Promise.resolve(store.reopen()), close: () => store.close() });
 *   },
 * });
 * assert(names.includes("memory: An empty stream makes an empty blob"));
 * ```
 */
export function blobStoreConformance({ name, create, test }: BlobConformanceOptions): void {
  for (const it of blobConformanceTests) test(`${name}: ${it.name}`, () => it.run(create));
}

async function runCase(create: CreateBlobStore, it: BlobCase): Promise<void> {
  const fixture = await create();
  try {
    await it(fixture.store, fixture);
  } finally {
    await fixture.close();
  }
}
