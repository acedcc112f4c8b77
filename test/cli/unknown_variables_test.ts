import { expect, test } from "bun:test";
import { join } from "node:path";
import { runCli } from "../../src/cli/program.ts";
import { KNOWN_VARIABLES, unknownVariables } from "../../src/cli/unknown_variables.ts";

const only = (name: string) => unknownVariables({ PATH: "/bin", [name]: "hidden" });

test.each([
  ["UMBEL_BROCKER", "UMBEL_BROKER"],
  ["UMBEL_BROKER_URL", "UMBEL_BROKER"],
  ["UMBEL_CONCURENCY", "UMBEL_CONCURRENCY"],
  ["UMBEL_MAXDELIVERIES", "UMBEL_MAX_DELIVERIES"],
  ["UMBEL_RESULT_RETENTION_TIME", "UMBEL_RESULT_RETENTION"],
  ["UMBEL_BLOB", "UMBEL_BLOBS"],
  ["UMBEL_LOGLEVEL", "UMBEL_LOG_LEVEL"],
  ["UMBLE_BROKER", "UMBEL_BROKER"],
])("%s is taken for %s", (name, meant) => {
  expect(only(name)).toEqual([`Nothing reads the variable ${name}: is ${meant} meant?`]);
});

test.each([
  ...KNOWN_VARIABLES,
  "UMBEL_BROKER_SERVICE_HOST",
  "UMBEL_REDIS_PORT_6379_TCP",
  "UMBEL_SEED",
  "UMBRELLA",
  "HOME",
])(
  "nothing is said of %s",
  (name) => expect(only(name)).toEqual([]),
);

test("every variable that the sources name is known", async () => {
  const src = join(import.meta.dir, "../../src");
  const named = new Set<string>();
  for await (const file of new Bun.Glob("**/*.ts").scan(src)) {
    for (const [name] of (await Bun.file(join(src, file)).text()).matchAll(/UMBEL_[A-Z]+(?:_[A-Z]+)*/g)) {
      named.add(name);
    }
  }
  expect([...named].sort()).toEqual([...KNOWN_VARIABLES].sort());
});

test("a command says it once, beside its answer", async () => {
  const [out, err]: [string[], string[]] = [[], []];
  process.env.UMBEL_LEESE = "10s";
  try {
    const print = (line: string) => void out.push(line);
    const code = await runCli(["report"], { print, tell: (line) => void err.push(line), folder: import.meta.dir });
    expect([code, err]).toEqual([0, ["umbel: Nothing reads the variable UMBEL_LEESE: is UMBEL_LEASE meant?"]]);
    expect(out.join("\n")).not.toContain("LEESE");
  } finally {
    delete process.env.UMBEL_LEESE;
  }
});
