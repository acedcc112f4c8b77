/** What long chains and wide groups cost the compiler: `bun bench/compile_time.ts`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { spawnSync } from "node:child_process";

const root = join(import.meta.dir, "..");
const folder = join(root, ".build/compile_time");
const head = `import * as z from "zod";
import { chain, chord, group, Umbel } from "${relative(folder, join(root, "mod.ts"))}";
const app = new Umbel("measure");
const num = z.number();
const add = app.task("add", { args: [num, num], returns: num }, (x, y) => x + y);
const text = app.task("text", { args: [num], returns: z.string() }, (x) => String(x));
const length = app.task("length", { args: [z.string()], returns: num }, (x) => x.length);
const sum = app.task("sum", { args: [z.array(num)], returns: num }, (xs) => xs.length);
void [add, text, length, sum, chain, chord, group];
`;
const times = (count: number, words: string) => Array.from({ length: count }, () => words).join(", ");

const programs: Record<string, string> = {
  "nothing but tasks": "",
  "chain(...) of 100 steps": `chain(${times(50, "text.s(), length.s()")}).delay(1);`,
  "100 pipes": `add.s(1, 2)${".pipe(text.s()).pipe(length.s())".repeat(50)}.delay();`,
  "group of 100, of two kinds": `group(${times(50, "text.s(1), add.s(1, 2)")}).delay();`,
  "chord of 200": `chord([${times(200, "add.s(1, 2)")}], sum.s()).delay();`,
};

/** Types, instantiations and seconds of checking, as the compiler counts them. */
function measure(
  source: string,
): { types: number; instantiations: number; seconds: number } {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "main.ts"), head + source);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", include: ["main.ts"] }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [
    tsc,
    "-p",
    folder,
    "--extendedDiagnostics",
  ], { encoding: "utf8" });
  if (stdout.includes("error TS")) throw new Error(stdout);
  const figure = (name: string) => Number(new RegExp(`${name}:\\s+([\\d.]+)`).exec(stdout)?.[1]);
  return {
    types: figure("Types"),
    instantiations: figure("Instantiations"),
    seconds: figure("Check time"),
  };
}

console.log(
  "| program | types | instantiations | check time |\n| --- | ---: | ---: | ---: |",
);
for (const [name, source] of Object.entries(programs)) {
  const { types, instantiations, seconds } = measure(source);
  console.log(
    `| ${name} | ${types} | ${instantiations} | ${seconds.toFixed(2)} s |`,
  );
}
rmSync(folder, { recursive: true, force: true });
