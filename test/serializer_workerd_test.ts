import { expect, test } from "bun:test";
import { startWorkerd } from "./support/workerd.ts";
import golden from "./wire/rich_values.json" with { type: "json" };

test("workerd writes and reads the checked-in bytes", async () => {
  const workerd = await startWorkerd("test/support/workers/serializer.ts");
  try {
    const response = await workerd.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(golden) });
    expect(await response.json()).toEqual({
      agent: "Cloudflare-Workers",
      samples: Object.keys(golden).length,
      wrong: [],
    });
  } finally {
    await workerd.dispose();
  }
});
