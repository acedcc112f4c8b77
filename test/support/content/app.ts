/** An app whose task reads a file of any size as a stream; what the programs beside it share. */

import { ref, Umbel } from "../../../mod.ts";
import { Checksum } from "../../../src/codecs/checksum.ts";
import * as z from "zod";

export const app: Umbel = new Umbel("content", { logLevel: "silent" });

/** Reads a file once, as it comes, and tells its length and checksum. */
export const digest = app.task(
  "digest",
  { args: [ref()], returns: z.object({ size: z.number(), sum: z.string() }) },
  async (file) => {
    const sum = new Checksum();
    for await (const chunk of file.stream()) sum.update(chunk);
    return { size: sum.size, sum: sum.digest() };
  },
);
