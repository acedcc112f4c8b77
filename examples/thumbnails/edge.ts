/**
 * The edge function: it takes an upload, sends it on as it comes, and serves the thumbnail once there is one. No image is
 * ever in its memory whole.
 *
 * It reads `UPSTASH_REDIS_REST_URL` and `UPSTASH_REDIS_REST_TOKEN` from its bindings, and `UMBEL_BLOBS` where images are
 * kept elsewhere than in that Redis.
 */
import { Hono } from "hono";
import { Ref, Umbel } from "../../mod.ts";
import { umbel } from "../../src/hono/mod.ts";
import { thumbnail } from "./tasks.ts";

const app = new Umbel("thumbnails");
const thumbnails = app.use(thumbnail);

const PIXELS = 128;
/** A browser that asks again, and one that keeps what it got: a task's result never changes. */
const AGAIN = { "retry-after": "1" };
const KEEP = { "cache-control": "private, max-age=86400, immutable" };

export default new Hono().use(umbel(app))
  .post("/images", async (c) => {
    const { body } = c.req.raw;
    const type = c.req.header("content-type") ?? "";
    if (body === null || type !== "image/png") return c.text("An image/png is wanted as the body", 415);
    const image = Ref.of(body, { type, name: c.req.query("name") });
    const { id } = await thumbnails.delay(image, PIXELS);
    return c.json({ id, thumbnail: new URL(`/thumbnails/${id}`, c.req.url).href }, 202);
  })
  .get("/thumbnails/:id", async (c) => {
    const result = app.result(c.req.param("id"));
    const wait = c.req.query("wait") !== undefined;
    if (wait) await result.get({ timeout: "20s", propagate: false }).catch(() => undefined);
    const record = await result.info();
    if (record?.failure) return c.text(record.failure.message, 422);
    const image = await result.result();
    if (!(image instanceof Ref)) return c.body(null, 202, AGAIN);
    return c.body(image.stream(), 200, { ...KEEP, "content-type": image.type });
  });
