/** Looking at other processes from a test. */

import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Whether a process runs. A killed one that nobody has waited for stays listed as a zombie, state Z, and does not. */
export function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) [ZX]/.test(readFileSync(stat, "utf8"));
}

/** The processes that a process has started, and theirs. */
export function descendantsOf(pid: number): number[] {
  const parents = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((
    name,
  ) => [Number(name), parentOf(name)]);
  const children = (of: number): number[] =>
    parents.flatMap(([child = 0, parent]) => parent === of ? [child, ...children(child)] : []);
  return children(pid);
}

function parentOf(pid: string): number {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
  } catch {
    // It has ended meanwhile.
    return NaN;
  }
}
