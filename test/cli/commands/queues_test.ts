import { expect, test } from "bun:test";
import { join } from "node:path";
import { newId } from "../../../src/base/ids.ts";
import { sqlite } from "../../../src/brokers/sqlite/mod.ts";
import { runCli } from "../../../src/cli/program.ts";
import { temporaryDatabase } from "../../brokers/sqlite/sqlite_fixture.ts";

test("a long purge shows how far it is, and spares other queues", async () => {
  const { path, remove } = await temporaryDatabase();
  const broker = sqlite(path);
  const letters = (queue: string, count: number) =>
    Array.from({ length: count }, () => ({ id: newId(), queue, priority: 5, text: "{}" }));
  for (const queue of ["full", "full", "full", "other"]) await broker.publish({ publish: letters(queue, 1_000) });
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(["-A", "one.ts", "-b", `sqlite:${path}`, "purge", "full", "--force"], {
    print: (line) => void out.push(line),
    tell: (line) => void err.push(line),
    folder: join(import.meta.dir, "../samples"),
  });
  expect([code, out]).toEqual([0, ["3000 messages removed from full"]]);
  expect(err).toEqual(["1000 removed so far", "2000 removed so far", "3000 removed so far"]);
  expect(await broker.queues()).toMatchObject([{ name: "other", ready: 1_000 }]);
  await broker.close();
  await remove();
  delete process.env.UMBEL_BROKER;
});
