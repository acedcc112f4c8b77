/**
 * What the look at a plain value costs, beside writing its JSON: for each size, the time of the look (with the search of
 * the text that follows on long values) as a share of the time of `JSON.stringify`. They run by turns; of each the lower
 * quartile counts, which other load on the machine touches least.
 *
 * Run it by `bun bench/flag.ts`, `deno run -A bench/flag.ts`, and, bundled by esbuild, `node`.
 */
import { hasLoneSurrogate, plainSize } from "../src/codecs/plain.ts";
import { PACK_FROM } from "../src/serializer.ts";
import { notice, orders } from "./samples.ts";

const TURNS = 200;
const WARM_UP = 20;

let kept = 0;

function look(value: unknown, text: string): void {
  const size = plainSize(value, PACK_FROM);
  kept += size;
  if (size >= PACK_FROM && hasLoneSurrogate(text)) {
    throw new Error("No sample has one");
  }
}

/** Microseconds of one run. */
function timeOf(work: () => void, times: number): number {
  const begin = performance.now();
  for (let time = 0; time < times; time++) work();
  return ((performance.now() - begin) / times) * 1_000;
}

function lowerQuartile(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 2] ?? 0;
}

function measure(name: string, value: unknown): void {
  const text = JSON.stringify(value);
  const times = Math.max(3, Math.floor(1_000_000 / text.length));
  const writes: number[] = [];
  const looks: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const write = timeOf(() => kept += JSON.stringify(value).length, times);
    const glance = timeOf(() => look(value, text), times);
    if (turn < WARM_UP) continue;
    writes.push(write);
    looks.push(glance);
  }
  const [write, glance] = [lowerQuartile(writes), lowerQuartile(looks)];
  const share = `${((glance / write) * 100).toFixed(0)} %`;
  console.log(
    `${name.padEnd(8)} JSON.stringify ${write.toFixed(2)} µs, the look ${glance.toFixed(2)} µs: ${share}`,
  );
}

measure("200 B", notice);
measure("10 KB", orders(10_000));
measure("1 MB", orders(1_000_000));
if (kept < 0) console.log(kept);
