/** Over TLS: whom the client trusts, and what it says of a server that it does not. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { newId } from "../../../src/base/ids.ts";
import { BrokerUnavailable } from "../../../src/broker_error.ts";
import { redis, type RedisOptions } from "../../../src/brokers/redis/mod.ts";
import { CERTIFICATE, KEY } from "../../support/certificate.ts";
import { serverForTests } from "./redis_fixture.ts";

const server = serverForTests();

let proxy: Server;
let port = 0;
beforeAll(async () => {
  proxy = createServer({ key: KEY, cert: CERTIFICATE }, (near) => {
    const far = connect(server().port, "127.0.0.1");
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  });
  proxy.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
}, 60_000);
afterAll(() => {
  proxy.close();
});

async function publish(options: RedisOptions): Promise<unknown> {
  const broker = redis({ timeout: 1_000, ...options });
  try {
    return await broker.publish({ publish: [{ id: newId(), queue: "q", priority: 0, text: "x" }] });
  } catch (error) {
    return error;
  } finally {
    await broker.close();
  }
}

test("a server whose certificate is trusted is served", async () => {
  const answer = await publish({ url: `rediss://localhost:${port}`, tls: { ca: CERTIFICATE }, timeout: 15_000 });
  expect(answer).toEqual(["created"]);
}, 60_000);

test("a server whose certificate nobody vouches for is sent nothing", async () => {
  const failure = await publish({ url: `rediss://localhost:${port}` });
  expect(failure).toBeInstanceOf(BrokerUnavailable);
  expect(failure).toHaveProperty("effect", "not done");
  expect(Bun.inspect(failure)).toContain("self signed certificate");
}, 60_000);

test("a server that speaks no TLS, or nothing else, has not been sent a task", async () => {
  for (const url of [`rediss://localhost:${server().port}`, `redis://localhost:${port}`]) {
    const failure = await publish({ url });
    expect(failure).toBeInstanceOf(BrokerUnavailable);
    expect(failure).toHaveProperty("effect", "not done");
  }
}, 60_000);
