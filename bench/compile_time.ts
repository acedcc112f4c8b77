/** What workflows cost the compiler, beside the same file with tasks alone: `bun bench/compile_time.ts`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { spawnSync } from "node:child_process";

const root = join(import.meta.dir, "..");
const folder = join(root, ".build/compile_time");
const rounds = process.argv.includes("--quick") ? 1 : 3;
const head = `import * as z from "zod";
import { chain, chord, group, signature, Umbel } from "${relative(folder, join(root, "mod.ts"))}";
const app = new Umbel("measure");
const num = z.number();
const add = app.task("add", { args: [num, num], returns: num }, (x, y) => x + y);
const text = app.task("text", { args: [num], returns: z.string() }, (x) => String(x));
const length = app.task("length", { args: [z.string()], returns: num }, (x) => x.length);
const sum = app.task("sum", { args: [z.array(num)], returns: num }, (xs) => xs.length);
const count = app.task("count", { args: [z.array(z.unknown())], returns: num }, (xs) => xs.length);
const numbers = Array.from({ length: 100 }, (_, i) => i);
void [add, text, length, sum, count, chain, chord, group, signature, numbers];
`;

/** Parts of a program, each on a line of its own. */
const lines = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, i) => make(i));
const listed = (parts: readonly string[]) => `\n${parts.join(",\n")},\n`;
const kind = (i: number) => `signature<{ readonly k${i}: number }>("task${i}")`;
const mixed = (i: number) => i % 2 ? "add.s(1, 2)" : "text.s(1)";
const steps = (count: number) => lines(count, (i) => i % 2 ? "length.s()" : "text.s()");
const pipes = (given: readonly string[]) =>
  `add.s(1, 2)\n${given.map((step) => `.pipe(${step})`).join("\n")}\n.delay();`;
const pairs = "numbers.map((x) => add.s(x, x))";

/** A chain of a hundred steps, of which the 51st gets a number and wants a text. */
const wrong = steps(100).with(50, "/* wrong */ length.s()").with(
  51,
  "add.s(1)",
);

const programs: Readonly<Record<string, string>> = {
  "tasks alone": "",
  "`chain(...)` of 100 steps": `chain(${listed(steps(100))}).delay(1);`,
  "the same, step 51 is wrong": `chain(${listed(wrong)}).delay(1);`,
  "`.pipe` of 100 steps": pipes(steps(100)),
  "the same, step 51 is wrong ": pipes(wrong),
  "`group(...)` of 100, of two types": `group(${listed(lines(100, mixed))}).delay();`,
  "`group(...)` of 100, each of a type of its own": `group(${listed(lines(100, kind))}).delay();`,
  "the same as the header of a chord": `chord(group(${listed(lines(100, kind))}), count.s()).delay();`,
  "`chord([...])` of 100": `chord([${listed(lines(100, () => "add.s(1, 2)"))}], sum.s()).delay();`,
  "the same, the body is wrong": `chord([${listed(lines(100, mixed))}],\n/* wrong */ sum.s()).delay();`,
  "5 nested chords of 10": `${lines(5, () => "chord([").join("")}${
    lines(5, () => `${listed(lines(9, () => "add.s(1, 2)"))}], sum.s())`).join(
      ",",
    )
  }.delay();`,
  "map-reduce of 100 x 100": `chord(numbers.map(() => chord(${pairs}, sum.s())), sum.s()).delay();`,
  "`chain(...)` of 1,000 steps": `chain(${listed(steps(1_000))}).delay(1);`,
  "`.pipe` of 1,000 steps": pipes(steps(1_000)),
  "`group(...)` of 1,000, of two types": `group(${listed(lines(1_000, mixed))}).delay();`,
};

/** What the compiler counts. */
interface Figures {
  readonly types: number;
  readonly instantiations: number;
  readonly seconds: number;
}

/** Checks a program once; a wrong one must be told of at its own line, and nowhere else. */
function measure(source: string): Figures {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const file = head + source;
  writeFileSync(join(folder, "main.ts"), file);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", include: ["main.ts"] }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [
    tsc,
    "-p",
    folder,
    "--pretty",
    "false",
    "--extendedDiagnostics",
  ];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const told = [...stdout.matchAll(/\((\d+),\d+\): error TS/g)].map((
    [, line],
  ) => Number(line));
  const due = file.split("\n").flatMap((line, index) => line.includes("/* wrong */") ? [index + 1] : []);
  if (told.join() !== due.join()) {
    throw new Error(
      `Cannot measure as lines ${due} alone must be wrong:\n${stdout}`,
    );
  }
  const figure = (name: string) => Number(new RegExp(`${name}:\\s+([\\d.]+)`).exec(stdout)?.[1]);
  return {
    types: figure("Types"),
    instantiations: figure("Instantiations"),
    seconds: figure("Check time"),
  };
}

const fastest = (values: readonly number[]): number => Math.min(...values);

const heats = Array.from(
  { length: rounds },
  () => Object.values(programs).map(measure),
);
rmSync(folder, { recursive: true, force: true });
const seconds = (index: number) => fastest(heats.flatMap((heat) => heat[index]?.seconds ?? []));
console.log(
  "| program | types | instantiations | check time | ratio |\n| --- | ---: | ---: | ---: | ---: |",
);
for (const [index, name] of Object.keys(programs).entries()) {
  const { types = NaN, instantiations = NaN } = heats[0]?.[index] ?? {};
  const ratio = (seconds(index) / seconds(0)).toFixed(2);
  console.log(
    `| ${name.trim()} | ${(types / 1_000).toFixed(1)} K | ${(instantiations / 1_000).toFixed(0)} K | ` +
      `${seconds(index).toFixed(2)} s | ${ratio} |`,
  );
}
