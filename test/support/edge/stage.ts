/** All that a producer needs around it: a Redis, a gateway that speaks Upstash's REST API, and a worker in Bun. */
import { type ChildProcess, spawn } from "node:child_process";
import { type ServedGateway, serveGateway } from "../../../src/gateway/mod.ts";
import { startRedisServer } from "../redis_server.ts";
import type { Access } from "./program.ts";

/** What is around a producer. */
export interface Stage extends Access, AsyncDisposable {
  readonly gateway: ServedGateway;
}

const TOKEN = "edge-token";

/** Starts it all, and waits until the worker is ready. Tests run in the repository's folder, with Bun in their path. */
export async function startStage(): Promise<Stage> {
  const server = await startRedisServer();
  const gateway = await serveGateway({ redis: server.url, port: 0, token: TOKEN });
  const worker = await startWorker(server.url);
  return {
    url: gateway.url,
    token: TOKEN,
    gateway,
    [Symbol.asyncDispose]: async () => {
      await ended(worker);
      await gateway.close();
      await server.stop();
    },
  };
}

function startWorker(broker: string): Promise<ChildProcess> {
  const child = spawn("bun", ["--no-orphans", "test/support/edge/worker.ts"], {
    env: { ...process.env, UMBEL_BROKER: broker },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.stdout.once("data", () => resolve(child));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The worker has ended with ${code} before it was ready`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
