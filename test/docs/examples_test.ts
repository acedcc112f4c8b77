/** The examples of the pages and of the doc comments compile and run. */

import { describe, expect, test } from "bun:test";
import { readTree } from "../house/tree.ts";
import { extractExamples } from "./extract.ts";
import { tryExamples } from "./workshop.ts";

const LIMIT = 300_000;

describe("the examples of the tree", async () => {
  const { mistakes, failures, ran } = await tryExamples("examples", extractExamples(readTree()));

  test("compile", () => {
    expect(mistakes).toEqual([]);
  });

  test(`run (${ran})`, () => {
    expect(failures).toEqual([]);
    expect(ran).toBeGreaterThan(0);
  });
});

const FENCE = "```";
const DOORS = `{ "exports": { ".": "./src/mod.ts" } }`;

function sample(files: Record<string, string>): ReturnType<typeof extractExamples> {
  const texts = Object.entries(files).map(([path, text]) => [path, text.replaceAll("~~~", FENCE)] as const);
  return extractExamples(new Map(texts));
}

describe("an example", () => {
  test("is found in a page, with its place, its name and whether it runs", () => {
    const page =
      "# A\n\n~~~ts\n// tasks.ts: shared\n1;\n~~~\n\n~~~ts no-run\n2;\n~~~\n~~~ts no-check\n3\n~~~\n~~~sh\n4\n~~~\n";
    expect([...sample({ "README.md": page }).values()].flat()).toEqual([
      { place: "README.md:3", name: "tasks.ts", text: "// tasks.ts: shared\n1;\n", runs: true },
      { place: "README.md:8", name: undefined, text: "2;\n", runs: false },
    ]);
  });

  test("is found in a doc comment, at any depth", () => {
    const source =
      "/** A. */\nclass A {\n  /**\n   * B.\n   *\n   * @example\n   * ~~~ts\n   * if (a) {\n   *   b;\n   * }\n   * ~~~\n   */\n}\n";
    const files = { "deno.json": DOORS, "src/mod.ts": `export { type A,\n  a } from "./a.ts";`, "src/a.ts": source };
    expect([...sample(files).values()].flat()).toEqual([
      { place: "src/a.ts:7", name: undefined, text: "if (a) {\n  b;\n}\n", runs: true },
    ]);
  });

  test("is not looked for elsewhere", () => {
    const comment = "/**\n * ~~~ts\n * 1\n * ~~~\n */";
    const files = {
      "deno.json": DOORS,
      "src/private.ts": comment,
      "test/a.ts": comment,
      "CHANGELOG.md": "~~~ts\n1\n~~~\n",
    };
    expect(sample(files).size).toBe(0);
  });

  test("may import another of its page or of the README, and a door by its name", async () => {
    const page = `~~~ts
// tasks.ts
import { formatDuration } from "@umbel/umbel";
export const minute: string = formatDuration(60_000);
~~~
~~~ts
import assert from "node:assert/strict";
import { minute } from "./tasks.ts";
assert.equal(minute, "1m");
~~~
`;
    expect(await tryExamples("sample_good", sample({ "README.md": page }))).toEqual({
      mistakes: [],
      failures: [],
      ran: 2,
    });
  }, LIMIT);

  test("that does not compile, that throws, that hides another: each is caught with its place", async () => {
    const page = `~~~ts
// a.ts
const x: string = 1;
~~~
~~~ts
throw new Error("it went wrong");
~~~
~~~ts no-run
// a.ts
throw new Error("hidden");
~~~
~~~ts no-run
const y: number = "";
~~~
`;
    const { mistakes, failures, ran } = await tryExamples("sample_bad", sample({ "docs/a.md": page }));
    expect(ran).toBe(2);
    expect(mistakes).toEqual([
      "docs/a.md:8: a.ts is the name of docs/a.md:1 already",
      expect.stringMatching(/^docs\/a\.md:12 \(1,7\): error TS2322/),
    ]);
    expect(failures.join("\n")).toContain("docs/a.md:5 ended with 1:");
    expect(failures.join("\n")).toContain("it went wrong");
  }, LIMIT);
});
