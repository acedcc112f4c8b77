/**
 * From an upload to its thumbnail, on one machine and offline, as `examples/edge_stage.ts` says.
 *
 * `npm run thumbnails` stays up for `curl` until Ctrl-C; `npm run thumbnails -- --once` ends after a first round, with 0 only
 * if what comes back is what should.
 */
import assert from "node:assert/strict";
import { startEdgeStage } from "../edge_stage.ts";
import { decodePng, encodePng, type Image } from "./png.ts";

const once = process.argv.includes("--once");
const stage = await startEdgeStage({
  edge: "examples/thumbnails/edge.ts",
  worker: "examples/thumbnails/worker.ts",
});

try {
  await firstRound();
  if (!once) {
    console.log(`\nThe edge is up. Try, in another terminal:
  curl ${stage.url}images -H 'content-type: image/png' --data-binary @<a file>.png
  curl '<the thumbnail it names>?wait' -o small.png
Ctrl-C stops it.`);
    await stage.stopped;
  }
} finally {
  await stage.stop();
}

/** Uploads a picture and a file that is none, asks for their thumbnails, prints and checks what came of them. */
async function firstRound(): Promise<void> {
  const picture = samplePicture(1_600, 1_000);
  const file = encodePng(picture);
  const made = await fetch(`${await upload(file)}?wait`);
  assert.deepEqual([made.status, made.headers.get("content-type")], [200, "image/png"]);
  const bytes = new Uint8Array(await made.arrayBuffer());
  const small = decodePng(bytes);
  console.log(`a picture of ${sizeOf(picture, file)} became one of ${sizeOf(small, bytes)}`);
  assert.deepEqual([small.width, small.height, small.channels], [128, 80, 3]);
  for (const at of [0, 64 * 3, (40 * 128 + 100) * 3 + 1, small.pixels.length - 1]) {
    const [x, y] = [Math.floor(at / 3) % 128, Math.floor(at / 3 / 128)];
    assert.ok(Math.abs((small.pixels[at] ?? -99) - colourAt(x / 128, y / 80, at % 3)) < 8, `another colour at ${at}`);
  }
  const wrong = await fetch(`${await upload(new TextEncoder().encode("no picture"))}?wait`);
  const told = await wrong.text();
  console.log(`a file that is none: ${wrong.status} ${told}`);
  assert.deepEqual([wrong.status, told], [422, "This is no PNG"]);
}

/** Uploads a file, a part after the other, and gives the address of its thumbnail. */
async function upload(file: Uint8Array<ArrayBuffer>): Promise<string> {
  const headers = { "content-type": "image/png" };
  const response = await fetch(`${stage.url}images?name=sample.png`, { method: "POST", headers, body: partsOf(file) });
  assert.equal(response.status, 202);
  const { thumbnail } = await response.json() as { thumbnail: string };
  return thumbnail;
}

function partsOf(file: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const PART = 65_536;
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= file.length) return controller.close();
      controller.enqueue(file.slice(at, at += PART));
    },
  });
}

/** A picture of smooth colours with some noise, so that its file is not small. */
function samplePicture(width: number, height: number): Image {
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < pixels.length; at++) {
    const place = Math.floor(at / 3);
    const noise = (Math.imul(at, 2_654_435_761) >>> 29) - 3;
    const colour = colourAt((place % width) / width, Math.floor(place / width) / height, at % 3);
    pixels[at] = Math.min(255, Math.max(0, colour + noise));
  }
  return { width, height, channels: 3, pixels };
}

function colourAt(x: number, y: number, channel: number): number {
  return 30 + 190 * (channel === 0 ? x : channel === 1 ? y : 1 - x);
}

function sizeOf({ width, height }: Image, file: Uint8Array): string {
  return `${width} x ${height} pixels, ${Math.ceil(file.length / 1_024)} KB,`;
}
