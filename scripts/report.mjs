// Reads the JUnit reports that Bun, Deno and Node write, and sums results up.

import { existsSync, readFileSync } from "node:fs";

/** How many of its results are of each kind. */
export const nothing = { passed: 0, failed: 0, skipped: 0 };

/** The sum of two counts. */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

function countCases(xml) {
  const counts = { ...nothing };
  // A case is `<testcase …/>`, or an element with its failure or skip mark inside. Quoted text may hold a ">".
  for (const [, empty, body] of xml.matchAll(/<testcase\b(?:"[^"]*"|[^">])*?(?:(\/)>|>([^]*?)<\/testcase>)/g)) {
    if (empty === undefined && /<(failure|error)\b/.test(body)) counts.failed += 1;
    else if (empty === undefined && /<skipped\b/.test(body)) counts.skipped += 1;
    else counts.passed += 1;
  }
  return counts;
}

/**
 * The counts of one test process from its report and its end. A process that crashed, was killed or ran no test at all is a
 * failure however well its report looks.
 */
export function countReport(path, { code, isLate }) {
  const counts = existsSync(path) ? countCases(readFileSync(path, "utf8")) : { ...nothing };
  const ran = counts.passed + counts.failed + counts.skipped;
  const isBroken = isLate || ran === 0 || (code !== 0 && counts.failed === 0);
  return isBroken ? { ...counts, failed: counts.failed + 1 } : counts;
}

/** The closing line: "N passed, N failed", and what was skipped, if anything. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
