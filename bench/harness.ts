/** Runs contenders by turns in one process and prints medians and ratios: on a noisy machine only a ratio counts. */
import { cpus, totalmem } from "node:os";

/** One contender: runs the work once and tells how many tasks it was, having checked that each was done exactly once. */
export interface Contender {
  readonly name: string;
  readonly run: () => Promise<Heat>;
}

/** What one heat was: so many units of work in so many milliseconds, and whatever else was measured. */
export interface Heat {
  readonly count: number;
  readonly ms: number;
  readonly more?: Readonly<Record<string, number>>;
}

/** A comparison's outcome, for tables. */
export interface Row {
  readonly work: string;
  readonly rates: Readonly<Record<string, number>>;
  readonly ratio: number;
}

/** Measures the milliseconds that work takes. */
export async function timed(
  count: number,
  work: () => Promise<unknown>,
): Promise<Heat> {
  const begin = performance.now();
  await work();
  return { count, ms: performance.now() - begin };
}

/** Runs each contender `heats` times, by turns, after one turn that does not count; the ratio is the first to the best of the others. */
export async function compare(
  work: string,
  contenders: readonly Contender[],
  heats = 5,
): Promise<Row> {
  const rates = new Map<string, number[]>(
    contenders.map(({ name }) => [name, []]),
  );
  for (let heat = 0; heat <= heats; heat++) {
    for (
      const { name, run } of heat % 2 === 0 ? contenders : [...contenders].reverse()
    ) {
      const { count, ms } = await run();
      if (heat > 0) rates.get(name)?.push((count / ms) * 1_000);
    }
  }
  const medians = Object.fromEntries(
    [...rates].map(([name, all]) => [name, median(all)]),
  );
  const [own = 0, ...others] = Object.values(medians);
  const row = { work, rates: medians, ratio: own / Math.max(...others) };
  printRow(row);
  return row;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function printRow({ work, rates, ratio }: Row): void {
  const parts = Object.entries(rates).map(([name, rate]) => `${name} ${rounded(rate)}/s`);
  console.log(`${work.padEnd(44)} ${parts.join("   ")}   ${ratio.toFixed(2)}x`);
}

/** Rows as a Markdown table. */
export function markdown(rows: readonly Row[]): string {
  const names = Object.keys(rows[0]?.rates ?? {});
  const lines = rows.map(({ work, rates, ratio }) =>
    `| ${work} | ${names.map((name) => rounded(rates[name] ?? 0)).join(" | ")} | ${ratio.toFixed(1)}x |`
  );
  const head = `| work (per second) | ${names.join(" | ")} | ratio |\n| --- |${" ---: |".repeat(names.length + 1)}`;
  return [head, ...lines].join("\n");
}

function rounded(rate: number): string {
  return rate >= 10_000
    ? `${Math.round(rate / 1_000)} K`
    : rate >= 1_000
    ? `${(rate / 1_000).toFixed(1)} K`
    : rate.toFixed(0);
}

/** What it was measured on. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${cpu?.model.trim() ?? "?"}, ${memory} GB, ${process.platform}, Bun ${Bun.version}`;
}
