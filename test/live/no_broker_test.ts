/** A worker whose broker is not there says so, begins when it comes, and stops when it is told to. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { freePort, startRedisServer } from "../support/redis_server.ts";
import { runUmbel } from "../support/running.ts";

const LIMIT = 120_000;
const APP = join(import.meta.dir, "../cli/samples/config/app.ts");

function worker(url: string) {
  return runUmbel(["-A", APP, "-b", url, "worker"]);
}

test("a worker without a broker tells where it looks, without secrets, and is not ready", async () => {
  const port = await freePort();
  await using running = worker(`redis://:secret@127.0.0.1:${port}`);
  await running.line(/(Waiting for an answer of redis:\/\/:\*\*\*@127\.0\.0\.1:\d+)/);
  await running.line(/(no connection: connect ECONNREFUSED)/);
  expect(running.out + running.err).not.toContain("Ready");
  expect(running.out + running.err).not.toContain("secret");
  running.signal("SIGTERM");
  await running.line(/(finishing what runs)/);
  running.signal("SIGTERM");
  await running.line(/(telling running tasks to stop)/);
  running.signal("SIGTERM");
  expect(await running.end()).toBe(1);
}, LIMIT);

test("a worker that its broker refuses ends at once, with one line", async () => {
  await using server = await startRedisServer({ password: "right" });
  await using running = worker(server.url.replace("right", "wrong"));
  expect(await running.end()).toBe(1);
  expect(running.err).toMatch(
    /\numbel: BrokerRefused: Cannot claim: there is a server that does not know the credentials\n$/,
  );
  await using nowhere = worker("sqlite:/dev/null/umbel.sqlite");
  expect(await nowhere.end()).toBe(1);
  expect(nowhere.err).toMatch(
    /\numbel: Cannot open \/dev\/null\/umbel.sqlite as its folder must be there, or be one that can be made: .*\n$/,
  );
}, LIMIT);

test("a worker begins as soon as its broker is there", async () => {
  await using server = await startRedisServer();
  server.pause();
  await using running = worker(server.url);
  await running.line(/(Waiting for an answer of redis)/);
  server.resume();
  await running.line(/(Ready)/);
  expect(await running.stop()).toBe(0);
}, LIMIT);
