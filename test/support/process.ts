/** Looking at other processes from a test. */

import { existsSync, readFileSync } from "node:fs";

/** Whether a process runs. A killed one that nobody has waited for stays listed as a zombie, state Z, and does not. */
export function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) [ZX]/.test(readFileSync(stat, "utf8"));
}
