/** Counting what the three test runners report. */

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { add, closingLine, countReport, type Counts } from "../../scripts/report.mjs";

const folder = mkdtempSync(join(tmpdir(), "umbel-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

const BUN = `<testsuites name="bun test" tests="3"><testsuite name="a_test.ts">
  <testcase name="good &gt; &quot;quoted&quot;" time="0" assertions="0" />
  <testcase name="skipped"><skipped /></testcase>
  <testsuite name="d"><testcase name="bad" line="4"><failure type="AssertionError" message="a&#10;">a</failure></testcase>
  </testsuite></testsuite></testsuites>`;

const DENO = `<testsuites><testsuite name="./d.ts" tests="2">
  <testcase name="good" line="1">
  </testcase>
  <testcase name="bad"><failure message="Uncaught Error: a&lt;b&gt;">at d.ts:3:72</failure></testcase>
</testsuite></testsuites>`;

const NODE = `<testsuites><testcase name="a > b" time="0.1" classname="test"/>
  <testsuite name="d"><testcase name="bad" failure="a&lt;b>"><failure message="a&lt;b>">[ERR]</failure></testcase>
  </testsuite><!-- tests 2 --></testsuites>`;

function count(xml: string | undefined, code: number | string, isLate = false): Counts {
  const path = join(folder, `${Math.random()}.xml`);
  if (xml !== undefined) writeFileSync(path, xml);
  return countReport(path, { code, isLate });
}

test("reads the report of each runner", () => {
  expect(count(BUN, 1)).toEqual({ passed: 1, failed: 1, skipped: 1 });
  expect(count(DENO, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  expect(count(NODE, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test("a process that broke is a failure whatever it reported", () => {
  const good = `<testcase name="a" />`;
  expect(count(good, 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(count(good, 1).failed).toBe(1);
  expect(count(good, "SIGSEGV").failed).toBe(1);
  expect(count(good, 0, true).failed).toBe(1);
  expect(count("<testsuites></testsuites>", 0).failed).toBe(1);
  expect(count(undefined, 0).failed).toBe(1);
});

test("closes with one plain line", () => {
  const sum = add({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 3, skipped: 0 });
  expect(closingLine(sum)).toBe("3 passed, 3 failed");
  expect(closingLine({ ...sum, skipped: 4 })).toBe("3 passed, 3 failed, 4 skipped");
});
