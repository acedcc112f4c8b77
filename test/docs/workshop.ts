/** Writes examples to files inside the repository, where a door's name means its source, checks their types and runs them. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runJob } from "../../scripts/job.mjs";
import { ROOT } from "../house/tree.ts";
import type { Example } from "./extract.ts";

/** An example in its file. */
interface Written extends Example {
  readonly file: string;
}

/** What has become of the examples. */
export interface Outcome {
  /** Of the compiler: `file(line,column): error ...` with the place of the example in front. */
  readonly mistakes: readonly string[];
  /** Of the examples that ended badly: place and error. */
  readonly failures: readonly string[];
  /** How many were run. */
  readonly ran: number;
}

const CHECK_LIMIT_MS = 120_000;
const RUN_LIMIT_MS = 30_000;

/** The page whose named examples every other page may import too: it shows the files that the others go on from. */
const FIRST_PAGE = "README.md";

function roomOf(page: string): string {
  return page.replaceAll(/[^\w]/g, "_");
}

/** Each page has a folder, so that its examples can import one another by the names they give themselves. */
function writePage(folder: string, page: string, examples: readonly Example[]): Written[] {
  const room = join(folder, roomOf(page));
  mkdirSync(room);
  return examples.map((example, index) => {
    const file = join(room, example.name ?? `example_${index + 1}.ts`);
    writeFileSync(file, `${example.text}\nexport {};\n`);
    return { ...example, file };
  });
}

/** Makes a named example of the first page known to a page that has none of that name. */
function lend(folder: string, page: string, shared: readonly Example[]): void {
  for (const { name } of shared) {
    const file = join(folder, roomOf(page), name ?? "");
    if (name !== undefined && !existsSync(file)) {
      writeFileSync(file, `export * from "../${roomOf(FIRST_PAGE)}/${name}";\n`);
    }
  }
}

function write(folder: string, pages: ReadonlyMap<string, readonly Example[]>): Written[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const config = { extends: join(ROOT, "tsconfig.json"), include: ["**/*.ts"], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const written = [...pages].flatMap(([page, examples]) => writePage(folder, page, examples));
  for (const page of pages.keys()) lend(folder, page, pages.get(FIRST_PAGE) ?? []);
  return written;
}

/** Names that two examples of one page give themselves: the second would hide the first. */
function clashes(written: readonly Written[]): string[] {
  const first = new Map<string, string>();
  return written.flatMap(({ file, place, name }) => {
    const other = first.get(file);
    first.set(file, other ?? place);
    return other === undefined ? [] : [`${place}: ${name} is the name of ${other} already`];
  });
}

async function check(folder: string, written: readonly Written[]): Promise<string[]> {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { code, output } = await runJob("node", [tsc, "-p", folder, "--pretty", "false"], {
    cwd: ROOT,
    env: process.env,
    timeoutMs: CHECK_LIMIT_MS,
  });
  if (code === 0) return [];
  return output.trimEnd().split("\n").map((line) => {
    const owner = written.find(({ file }) => line.startsWith(file.slice(ROOT.length + 1)));
    return owner === undefined ? line : `${owner.place} ${line.slice(owner.file.length - ROOT.length - 1)}`;
  });
}

/** Runs an example in a folder of its own, as a program: what it opens and leaves open ends with it. */
async function run(folder: string, { file, place }: Written): Promise<string[]> {
  const home = join(folder, "home", file.slice(folder.length).replaceAll(/[^\w]/g, "_"));
  mkdirSync(home, { recursive: true });
  const program = `await import(${JSON.stringify(file)}); process.exit();`;
  const { code, output } = await runJob(process.execPath, ["-e", program], {
    cwd: home,
    env: { ...process.env, NO_COLOR: "1", UMBEL_BROKER: "memory:" },
    timeoutMs: RUN_LIMIT_MS,
  });
  return code === 0 ? [] : [`${place} ended with ${code}:\n${output.trimEnd()}`];
}

async function runAll(folder: string, written: readonly Written[]): Promise<string[]> {
  const rest = written.filter(({ runs }) => runs);
  const failures: string[] = [];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) failures.push(...await run(folder, next));
  };
  await Promise.all([lane(), lane()]);
  return failures;
}

/** Checks all examples together and runs, two at a time, those that are meant to run. */
export async function tryExamples(name: string, pages: ReadonlyMap<string, readonly Example[]>): Promise<Outcome> {
  const folder = join(ROOT, ".build", name);
  const written = write(folder, pages);
  const mistakes = [...clashes(written), ...await check(folder, written)];
  const failures = await runAll(folder, written);
  return { mistakes, failures, ran: written.filter(({ runs }) => runs).length };
}
