/** The memory blob store passes the suite on every runtime. */

import { memoryBlobs } from "../../../src/blob_stores/memory/mod.ts";
import { blobStoreConformance } from "../../../src/testing/blob_conformance/blob_conformance.ts";
import { test } from "../../support/portable.ts";

blobStoreConformance({
  name: "memory",
  test,
  create: () => {
    const store = memoryBlobs();
    return Promise.resolve({
      store,
      reopen: () => Promise.resolve(store.reopen()),
      close: () => store.close(),
    });
  },
});
