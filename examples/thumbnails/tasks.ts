/** The contract of the thumbnails: the edge sends the task, the worker gives it its code. */
import * as z from "zod/mini";
import { defineTask, ref } from "../../mod.ts";

/** What was uploaded is no image that can be read here. That is its sender's fault, so the worker's log does not cry. */
export class ImageError extends Error {
  override readonly name: string = "ImageError";
}

/** Makes an image no larger than so many pixels each way. An image goes in, and one comes out, as references. */
export const thumbnail = defineTask("thumbnail", {
  args: [ref(), z.int().check(z.gte(1), z.lte(1_024))],
  returns: ref(),
  throws: [ImageError],
});
