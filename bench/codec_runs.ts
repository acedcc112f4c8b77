/** Measures the ways to make values short, by turns, and writes the tables. Needs nothing of a runtime. */

import { codecReport } from "../src/codecs/wasm/mod.ts";
import { ordersOf } from "../test/support/orders.ts";
import { type Path, textPaths, valuePaths } from "./codec_paths.ts";

/** How long one heat of one way runs, and how many heats there are. */
export interface Effort {
  readonly heatMs: number;
  readonly heats: number;
}

interface Timing {
  readonly name: string;
  readonly chars: number;
  /** The fastest heat, in microseconds a call: what disturbs a machine only ever adds. */
  readonly encode: number;
  readonly decode: number;
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
    if (JSON.stringify(back) !== JSON.stringify(value)) {
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

  timing(): Timing {
    return { name: this.path.name, chars: this.#text.length, ...this.#best };
  }
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
  return contenders.map((contender) => contender.timing());
}

function table(size: number, timings: readonly Timing[]): string {
  const gzip = timings.find(({ name }) => name.includes("CompressionStream"));
  const speed = (micros: number): string => (size / micros).toFixed(0);
  const rows = timings.map(({ name, chars, encode, decode }) => {
    const times = gzip === undefined ? [] : [
      gzip.encode / encode,
      gzip.decode / decode,
      (gzip.encode + gzip.decode) / (encode + decode),
    ];
    const cells = [
      chars,
      (size / chars).toFixed(2),
      encode.toFixed(1),
      decode.toFixed(1),
      speed(encode),
      speed(decode),
    ];
    return `| ${
      [name, ...cells, ...times.map((ratio) => `${ratio.toFixed(1)}x`)].join(
        " | ",
      )
    } |`;
  });
  const sizes = "| way | characters | smaller by | encode µs | decode µs | encode MB/s | decode MB/s |";
  const head = `${sizes} encode / gzip's | decode / gzip's | both / gzip's |`;
  return [head, `| --- |${" ---: |".repeat(9)}`, ...rows].join("\n");
}

/** The tables for every size, as Markdown. */
export async function measure(title: string, effort: Effort): Promise<string> {
  const { implementation } = codecReport();
  const parts = [`## ${title}, pack() in ${implementation}`];
  for (const size of SIZES) {
    const value = ordersOf(size);
    const text = JSON.stringify(value);
    const bytes = new TextEncoder().encode(text).length;
    const [valueTimings, textTimings] = [
      await compare(await valuePaths(), value, effort),
      await compare(await textPaths(), text, effort),
    ];
    parts.push(
      `### ${bytes} bytes of JSON: value to text`,
      table(bytes, valueTimings),
    );
    parts.push(
      `### ${bytes} bytes of JSON: text to text`,
      table(bytes, textTimings),
    );
  }
  return parts.join("\n\n");
}
