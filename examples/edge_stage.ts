/**
 * What the examples of the edge run on, on one machine and offline: workerd runs an edge function as Cloudflare does, a
 * gateway speaks Upstash's REST protocol in front of a plain Redis, and a worker runs in a process of its own.
 */
import { serveGateway } from "../src/gateway/mod.ts";
import { startRedisServer } from "../test/support/redis_server.ts";
import { startWorkerd } from "../test/support/workerd.ts";

const token = "only-on-this-machine";

/** An edge function and a worker that run. */
export interface EdgeStage {
  /** Where the edge function answers. */
  readonly url: string;
  /** Waits for Ctrl-C, or for the signal that means the same. */
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
}

/** What runs: both files are named from the repository's folder. */
export interface EdgeStageOptions {
  readonly edge: string;
  readonly worker: string;
  /** What the edge function reads besides the address and the token of its database. */
  readonly bindings?: Readonly<Record<string, string>>;
}

/** Starts it all, and waits until the worker is ready. */
export async function startEdgeStage(options: EdgeStageOptions): Promise<EdgeStage> {
  const server = await startRedisServer();
  const gateway = await serveGateway({ redis: server.url, port: 0, token });
  const worker = await startWorker(options.worker, server.url);
  const database = { UPSTASH_REDIS_REST_URL: gateway.url, UPSTASH_REDIS_REST_TOKEN: token };
  const bindings = { ...options.bindings, ...blobSettings(), ...database };
  const edge = await startWorkerd(options.edge, { miniflare: { bindings, host: "127.0.0.1", port: 0 } });
  const { href: url } = await edge.ready;
  const stop = async () => {
    worker.kill("SIGTERM");
    await worker.exited;
    await edge.dispose();
    await gateway.close();
    await server.stop();
  };
  return { url, stop, stopped: untilSignal() };
}

/** Where files are kept, if this process was told: the worker inherits it, and the edge function gets it as bindings. */
function blobSettings(): Record<string, string> {
  const known = Object.entries(process.env).filter(([name]) => /^(UMBEL_BLOBS|AWS_\w+)$/.test(name));
  return Object.fromEntries(known.map(([name, value]) => [name, value ?? ""]));
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      // Miniflare's own listener ends this process at once, and would leave the others running.
      process.removeAllListeners(signal);
      process.once(signal, () => resolve());
    }
  });
}

/** Starts the worker over TCP. */
async function startWorker(file: string, broker: string) {
  const ready = Promise.withResolvers<void>();
  const child = Bun.spawn([process.execPath, file], {
    env: { ...process.env, UMBEL_BROKER: broker, UMBEL_LOG_LEVEL: process.env.UMBEL_LOG_LEVEL ?? "warn" },
    stdio: ["ignore", "inherit", "inherit"],
    ipc: () => ready.resolve(),
    onExit: () => ready.reject(new Error("The worker has ended before it was ready")),
  });
  await ready.promise;
  return child;
}
