/** What a publish tells of its task where Redis does not come back in time, not sent or unknown; sent again, it is there once. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Broker } from "../../../src/broker.ts";
import { BrokerUnavailable, type KnownEffect } from "../../../src/broker_error.ts";
import { upstashEdge } from "../../../src/brokers/redis/edge/mod.ts";
import { redis } from "../../../src/brokers/redis/mod.ts";
import { RespConnection } from "../../../src/brokers/redis/resp_connection.ts";
import { upstash } from "../../../src/brokers/redis/upstash/mod.ts";
import { type ServedGateway, serveGateway } from "../../../src/gateway/mod.ts";
import { type RedisServer, startRedisServer } from "../../support/redis_server.ts";
import { until } from "../../support/until.ts";
import { letter } from "./letters.ts";

const TIMEOUT = 400;
const TOKEN = "secret-token";

let server: RedisServer;
let gateway: ServedGateway;
beforeAll(async () => {
  server = await startRedisServer({
    appendonly: true,
    // A server that loads its data looks at its clients after so many bytes.
    config: { appendfsync: "always", rdbcompression: "no", "loading-process-events-interval-bytes": "1024" },
  });
  gateway = await serveGateway({ redis: { url: server.url, commandTimeout: 2 * TIMEOUT }, port: 0, token: TOKEN });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await server.stop();
}, 60_000);

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  gateway.faults.clear();
  await Promise.all(closing.splice(0).map((broker) => broker.close()));
});

type Sender = Pick<Broker, "publish" | "close">;

const WAYS: Readonly<Record<string, (namespace: string) => Sender>> = {
  "over TCP": (namespace) => redis({ url: server.url, namespace, timeout: TIMEOUT }),
  "by the official client": (namespace) => upstash({ url: gateway.url, token: TOKEN, namespace, timeout: TIMEOUT }),
  "from the edge": (namespace) => upstashEdge({ url: gateway.url, token: TOKEN, namespace, timeout: TIMEOUT }),
};

/** Sends the server commands of its own. */
async function tell(...commands: string[][]): Promise<void> {
  const connection = await RespConnection.connect({ url: server.url });
  try {
    for (const command of commands) await connection.command(command);
  } finally {
    await connection.close();
  }
}

/** Something that goes wrong: what a publish may say of its task over TCP and over HTTP, and how it begins and ends. */
interface Trouble {
  readonly tcp?: KnownEffect;
  readonly http?: KnownEffect;
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

/** Every request from now on meets a fault. */
function fault(given: Parameters<typeof gateway.faults.add>[0], http: KnownEffect): Trouble {
  const begin = () => Promise.resolve(gateway.faults.add({ ...given, times: 1_000 }));
  return { http, begin, end: () => Promise.resolve(gateway.faults.clear()) };
}

/** The server loads its data for as long as it is to, and answers each millisecond. */
function loads(): Trouble {
  const ends: (() => Promise<unknown>)[] = [];
  const begin = async () => {
    // A server that loads lets nobody in.
    const inside = await RespConnection.connect({ url: server.url });
    ends.push(() => inside.command(["CONFIG", "SET", "key-load-delay", "0"]));
    await tell(["DEBUG", "POPULATE", "20000", "fill", "1100"], ["CONFIG", "SET", "key-load-delay", "1000"]);
    const loading = tell(["DEBUG", "RELOAD"]);
    ends.push(() => loading, () => inside.command(["FLUSHALL"]), () => inside.close());
    await until("the server to load", async () => {
      const answer = await tell(["EVAL", "return 1", "0"]).then(() => "", String);
      return answer.includes("LOADING");
    });
  };
  const end = async () => {
    for (const step of ends.splice(0)) await step();
  };
  return { tcp: "not done", http: "not done", begin, end };
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  "a server that is not there": {
    tcp: "not done",
    http: "unknown",
    begin: () => server.kill(),
    end: () => server.restart(),
  },
  "a server that is silent": {
    tcp: "unknown",
    http: "unknown",
    begin: () => Promise.resolve(server.pause()),
    end: () => Promise.resolve(server.resume()),
  },
  "a server that loads its data": loads(),
  "a replica": {
    tcp: "not done",
    http: "not done",
    begin: () => tell(["REPLICAOF", "127.0.0.1", "1"]),
    end: () => tell(["REPLICAOF", "NO", "ONE"]),
  },
  "a full memory": {
    tcp: "not done",
    http: "not done",
    begin: () => tell(["CONFIG", "SET", "maxmemory", "1"]),
    end: () => tell(["CONFIG", "SET", "maxmemory", "0"]),
  },
  "429": fault({ status: 429 }, "not done"),
  "a quota that is used up": fault(
    { status: 400, error: "ERR max daily request limit exceeded. Limit: 1" },
    "not done",
  ),
  "503 before it runs": fault({ status: 503 }, "unknown"),
  "500 after it has run": fault({ status: 500, when: "after" }, "unknown"),
  "connections that break before it runs": fault({ drop: true }, "unknown"),
  "connections that break after it has run": fault({ drop: true, when: "after" }, "unknown"),
  "answers that are too slow": fault({ delay: { milliseconds: 3 * TIMEOUT }, when: "after" }, "unknown"),
};

let count = 0;

for (const [way, open] of Object.entries(WAYS)) {
  describe(way, () => {
    for (const [trouble, { tcp, http, begin, end }] of Object.entries(TROUBLES)) {
      const effect = way === "over TCP" ? tcp : http;
      if (effect === undefined) continue;
      test(`${trouble}: ${effect}`, async () => {
        const broker = open(`effect ${++count}`);
        closing.push(broker);
        const [first, second] = [letter(), letter({ text: "private" })];
        await broker.publish({ publish: [first] });
        let failure: unknown;
        try {
          await begin();
          await broker.publish({ publish: [second] });
        } catch (error) {
          failure = error;
        } finally {
          await end();
        }
        expect(failure).toBeInstanceOf(BrokerUnavailable);
        expect(failure).toHaveProperty("effect", effect);
        expect(Bun.inspect(failure)).not.toMatch(/private|secret-token/);
        const again = await until("the publish to succeed", () => {
          return broker.publish({ publish: [second] }).catch(() => undefined);
        });
        if (effect === "not done") expect(again).toEqual(["created"]);
        expect(await broker.publish({ publish: [second] })).toEqual(["duplicate"]);
      }, 60_000);
    }

    test("an answer that is slow is waited for", async () => {
      if (way === "over TCP") return;
      const broker = open(`effect ${++count}`);
      closing.push(broker);
      gateway.faults.add({ delay: { milliseconds: TIMEOUT / 4 }, when: "after" });
      expect(await broker.publish({ publish: [letter()] })).toEqual(["created"]);
    }, 60_000);
  });
}
