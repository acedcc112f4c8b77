/** An app that was given its broker and its blob store ready-made. */
import { Umbel } from "../../../mod.ts";
import { memoryBlobs } from "../../../src/blob_stores/memory/mod.ts";
import { memory } from "../../../src/brokers/memory/mod.ts";

export const app = new Umbel("given", { broker: memory(), blobs: memoryBlobs() });
