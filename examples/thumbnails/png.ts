/**
 * Reads, shrinks and writes PNG images, with nothing but what the runtime brings: images of 8 bits a sample that are not
 * interlaced, which is what nearly all are. A service would take `sharp` in its place.
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";
import { ImageError } from "./tasks.ts";

/** An image: its samples row by row, `channels` of them a pixel. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** 1: grey, 2: grey and alpha, 3: RGB, 4: RGBA. */
  readonly channels: number;
  readonly pixels: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Channels by PNG's number of a colour type, and back. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };
const COLOUR_TYPES = [0, 0, 4, 2, 6];
/** A small file can unfold to any size; what is larger than this is refused before it does. */
const MOST_PIXELS = 64_000_000;

/**
 * The image of a PNG file.
 *
 * @throws {ImageError} when it is none, or of a kind that is not read here
 */
export function decodePng(file: Uint8Array): Image {
  if (SIGNATURE.some((byte, at) => file[at] !== byte)) throw new ImageError("This is no PNG");
  let header: DataView | undefined;
  const data: Uint8Array[] = [];
  for (const { type, body } of chunksOf(file)) {
    if (type === "IHDR") header = new DataView(body.buffer, body.byteOffset, body.length);
    if (type === "IDAT") data.push(body);
  }
  if (header?.byteLength !== 13) throw new ImageError("This PNG has no header");
  const [width, height, channels] = [header.getUint32(0), header.getUint32(4), CHANNELS[header.getUint8(9)]];
  if (header.getUint8(8) !== 8 || channels === undefined || header.getUint8(12) !== 0) {
    throw new ImageError("Only PNGs of 8 bits a sample, without a palette and not interlaced, are read here");
  }
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) throw new ImageError("This PNG is too large");
  return {
    width,
    height,
    channels,
    pixels: unfiltered(inflated(data, height * (1 + width * channels)), height, channels),
  };
}

function* chunksOf(file: Uint8Array): Generator<{ readonly type: string; readonly body: Uint8Array }> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = SIGNATURE.length; at + 12 <= file.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > file.length) break;
    if (crc32(file.subarray(at + 4, end)) !== view.getUint32(end)) throw new ImageError("This PNG is damaged");
    yield { type: String.fromCharCode(...file.subarray(at + 4, at + 8)), body: file.subarray(at + 8, end) };
    at = end + 4;
  }
}

function inflated(data: readonly Uint8Array[], length: number): Uint8Array {
  try {
    const rows = inflateSync(Buffer.concat(data), { maxOutputLength: length });
    if (rows.length === length) return rows;
  } catch {
    // It is told below.
  }
  throw new ImageError("This PNG is damaged");
}

/** Undoes the filter of each row: a byte that names it, and differences to what stands left, above, or both. */
function unfiltered(rows: Uint8Array, height: number, channels: number): Uint8Array {
  const length = rows.length / height - 1;
  const pixels = new Uint8Array(length * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (length + 1)] ?? 0;
    for (let x = 0; x < length; x++) {
      const at = y * length + x;
      const left = x < channels ? 0 : pixels[at - channels] ?? 0;
      const above = y === 0 ? 0 : pixels[at - length] ?? 0;
      const corner = x < channels || y === 0 ? 0 : pixels[at - length - channels] ?? 0;
      pixels[at] = (rows[y * (length + 1) + 1 + x] ?? 0) + guess(filter, left, above, corner);
    }
  }
  return pixels;
}

function guess(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter !== 4) throw new ImageError("This PNG is damaged");
  const near = left + above - corner;
  const [a, b, c] = [Math.abs(near - left), Math.abs(near - above), Math.abs(near - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/** The image, made so small that neither side has more than so many pixels: each is the mean of those it stands for. */
export function shrink(image: Image, most: number): Image {
  const scale = Math.min(1, most / image.width, most / image.height);
  const [width, height] = [Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale))];
  const { channels } = image;
  const pixels = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.floor(x * image.width / width), Math.ceil((x + 1) * image.width / width)];
      const [top, bottom] = [Math.floor(y * image.height / height), Math.ceil((y + 1) * image.height / height)];
      for (let channel = 0; channel < channels; channel++) {
        pixels[(y * width + x) * channels + channel] = meanOf(image, channel, left, right, top, bottom);
      }
    }
  }
  return { width, height, channels, pixels };
}

function meanOf(image: Image, channel: number, left: number, right: number, top: number, bottom: number): number {
  const { width, channels, pixels } = image;
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) sum += pixels[(y * width + x) * channels + channel] ?? 0;
  }
  return Math.round(sum / ((right - left) * (bottom - top)));
}

/** The PNG file of an image. */
export function encodePng({ width, height, channels, pixels }: Image): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, COLOUR_TYPES[channels] ?? 0);
  const length = width * channels;
  const rows = new Uint8Array(height * (length + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * length, (y + 1) * length), y * (length + 1) + 1);
  const parts = [chunk("IHDR", new Uint8Array(header.buffer)), chunk("IDAT", deflateSync(rows)), chunk("IEND")];
  return new Uint8Array(Buffer.concat([Uint8Array.from(SIGNATURE), ...parts]));
}

function chunk(type: string, body: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(body, 8);
  view.setUint32(8 + body.length, crc32(bytes.subarray(4, 8 + body.length)));
  return bytes;
}
