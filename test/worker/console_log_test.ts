import { expect, test } from "bun:test";
import { consoleLogger } from "../../src/worker/console_log.ts";

function lines(format: "pretty" | "json", level: "info" | "silent" = "info") {
  const written: string[] = [];
  const log = consoleLogger({ format, level, write: (line) => void written.push(line) }).with({ worker: "w1" });
  return { log, written };
}

test("lines for machines are JSON, with an error as its parts", () => {
  const { log, written } = lines("json");
  log.error("It failed", { id: "7", error: new RangeError("too far", { cause: new Error("deep") }), big: 7n });
  const [line = ""] = written;
  expect(JSON.parse(line)).toMatchObject({
    ...{ level: "error", message: "It failed", worker: "w1", id: "7", big: "7" },
    error: { name: "RangeError", message: "too far", stack: expect.any(String), cause: { message: "deep" } },
  });
  expect(line).not.toContain("\n");
});

test("lines for people begin with the time and the level", () => {
  const { log, written } = lines("pretty");
  log.info("add succeeded", { id: "7", took: "3ms", retries: undefined });
  // deno-lint-ignore no-control-regex
  const plain = written.map((line) => line.replace(/\x1b\[\d+m/g, ""));
  expect(plain).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} info {2}add succeeded worker=w1 id=7 took=3ms$/),
  ]);
});

test("lines below the level are not written", () => {
  const { log, written } = lines("json");
  log.debug("details");
  log.warn("trouble");
  expect(written).toHaveLength(1);
  const silent = lines("json", "silent");
  silent.log.error("unheard");
  expect(silent.written).toEqual([]);
});
