/** Measures the ways to make values short, by turns, and writes the tables. Needs nothing of a runtime. */

import { codecReport } from "../src/codecs/wasm/mod.ts";
import { ordersOf, randomFrom } from "../test/support/orders.ts";
import { type Mixed, mixedPaths, type Path, textPaths, valuePaths } from "./codec_paths.ts";
import { canMeter, kilobytesOf } from "./heap_meter.ts";

/** How long one heat of one way runs, and how many heats there are. */
export interface Effort {
  readonly heatMs: number;
  readonly heats: number;
}

interface Timing {
  readonly name: string;
  /** Its length as UTF-8, as it goes over the wire. */
  readonly bytes: number;
  /** The fastest heat, in microseconds a call: what disturbs a machine only ever adds. */
  readonly encode: number;
  readonly decode: number;
  /** What encoding and decoding once puts on the heap, in KB; undefined where the runtime does not tell. */
  readonly allocated: number | undefined;
}

const SIZES = [200, 2_000, 20_000, 200_000, 2_000_000];

/** Milliseconds for so many calls. */
async function timeOf(
  isAsync: boolean,
  times: number,
  call: () => unknown,
): Promise<number> {
  const begin = performance.now();
  for (let i = 0; i < times; i++) {
    const result = call();
    if (isAsync) await result;
  }
  return performance.now() - begin;
}

/** How often to call in the next heat. workerd's clock shows whole milliseconds: one that shows none says little. */
function nextTimes(times: number, ms: number, heatMs: number): number {
  return ms < 1 ? times * 8 : Math.max(1, Math.round(times * heatMs / ms));
}

/** One way with its two calls, and how often each runs in a heat. */
class Contender {
  readonly path: Path;
  readonly #value: unknown;
  readonly #text: string;
  readonly #times = { encode: 1, decode: 1 };
  readonly #best = { encode: Infinity, decode: Infinity };

  static async of(path: Path, value: unknown): Promise<Contender> {
    const text = await path.encode(value);
    const back = await path.decode(text);
    if (fingerprint(back) !== fingerprint(value)) {
      throw new Error(`${path.name} does not bring the value back`);
    }
    return new Contender(path, value, text);
  }

  private constructor(path: Path, value: unknown, text: string) {
    this.path = path;
    this.#value = value;
    this.#text = text;
  }

  async heat(heatMs: number, counts: boolean): Promise<void> {
    const calls = {
      encode: () => this.path.encode(this.#value),
      decode: () => this.path.decode(this.#text),
    };
    for (const half of ["encode", "decode"] as const) {
      const times = this.#times[half];
      const ms = await timeOf(this.path.isAsync === true, times, calls[half]);
      if (counts) {
        this.#best[half] = Math.min(this.#best[half], ms * 1_000 / times);
      } else this.#times[half] = nextTimes(times, ms, heatMs);
    }
  }

  /** Allocations of one call each way, seen over so many that the rest does not show. */
  async #allocated(): Promise<number | undefined> {
    if (!canMeter()) return undefined;
    const times = Math.max(2, Math.min(500, Math.round(2_000_000 / this.#text.length)));
    return await kilobytesOf(times, async () => {
      const text = this.path.encode(this.#value);
      const back = this.path.decode(typeof text === "string" ? text : await text);
      if (back instanceof Promise) await back;
    });
  }

  async timing(): Promise<Timing> {
    const bytes = utf8Length(this.#text);
    return { name: this.path.name, bytes, ...this.#best, allocated: await this.#allocated() };
  }
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** What a value is, as text that tells one from another: JSON, and a sum of each file. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, it) => {
    if (!(it instanceof Uint8Array)) return it;
    return `${it.length} bytes, ${it.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 7)}`;
  });
}

/** A message of about so many bytes, nine tenths of which are files that are like photographs: noise to a compressor. */
function mixedOf(bytes: number): Mixed {
  const random = randomFrom(bytes);
  const length = Math.round(bytes * 0.45);
  const files = ["front.jpg", "back.jpg"].map((name, index) => ({
    name,
    taken: new Date(1_764_000_000_000 + index),
    bytes: Uint8Array.from({ length }, () => random() * 256),
  }));
  return { orders: ordersOf(Math.round(bytes / 10)), files };
}

/** Heats before those that count: they warm up, and find how often to call. */
const WARM_UP = 7;

async function compare(
  paths: readonly Path[],
  value: unknown,
  { heats, heatMs }: Effort,
): Promise<Timing[]> {
  const contenders = await Promise.all(
    paths.map((path) => Contender.of(path, value)),
  );
  for (let heat = -WARM_UP; heat < heats; heat++) {
    const order = heat % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) await contender.heat(heatMs, heat >= 0);
  }
  const timings: Timing[] = [];
  for (const contender of contenders) timings.push(await contender.timing());
  return timings;
}

function table(size: number, timings: readonly Timing[]): string {
  const gzip = timings.find(({ name }) => name.includes("CompressionStream"));
  const speed = (micros: number): string => (size / micros).toFixed(0);
  const rows = timings.map(({ name, bytes, encode, decode, allocated }) => {
    const times = gzip === undefined ? [] : [
      gzip.encode / encode,
      gzip.decode / decode,
      (gzip.encode + gzip.decode) / (encode + decode),
    ];
    const cells = [
      bytes,
      (size / bytes).toFixed(2),
      encode.toFixed(1),
      decode.toFixed(1),
      speed(encode),
      speed(decode),
      allocated?.toFixed(allocated < 10 ? 1 : 0) ?? "",
    ];
    return `| ${
      [name, ...cells, ...times.map((ratio) => `${ratio.toFixed(1)}x`)].join(
        " | ",
      )
    } |`;
  });
  const sizes = "| way | bytes | smaller by | encode µs | decode µs | encode MB/s | decode MB/s | allocates KB |";
  const head = `${sizes} encode / gzip's | decode / gzip's | both / gzip's |`;
  return [head, `| --- |${" ---: |".repeat(10)}`, ...rows].join("\n");
}

/** The tables for every size, as Markdown. */
export async function measure(title: string, effort: Effort): Promise<string> {
  const { implementation } = codecReport();
  const parts = [`## ${title}, the codec in ${implementation}`];
  for (const size of SIZES) {
    const value = ordersOf(size);
    const text = JSON.stringify(value);
    const bytes = utf8Length(text);
    const mixed = mixedOf(size);
    const contentSize = utf8Length(JSON.stringify(mixed.orders)) +
      mixed.files.reduce((sum, file) => sum + file.bytes.length, 0);
    parts.push(
      `### ${bytes} bytes of JSON: value to text`,
      table(bytes, await compare(await valuePaths(), value, effort)),
      `### ${bytes} bytes of JSON: text to text`,
      table(bytes, await compare(await textPaths(), text, effort)),
      `### ${contentSize} bytes of files and orders: value to text`,
      table(contentSize, await compare(await mixedPaths(), mixed, effort)),
    );
  }
  return parts.join("\n\n");
}
