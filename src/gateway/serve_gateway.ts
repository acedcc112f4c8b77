/** Serves a gateway on a port: by Bun's own server on Bun, by `node:http` on Node and Deno. @module */
import { createGateway, type Gateway } from "./gateway.ts";
import type { GatewayOptions } from "./gateway_options.ts";
import { type HttpServer, type ListenOptions, serveOverNode } from "./node_server.ts";

/** How a gateway is set up and where it listens. */
export interface ServeGatewayOptions extends GatewayOptions {
  /** The port; 0 for any that is free. Default: 8079. */
  readonly port?: number;
  /** The address to listen on. Whoever can reach it and has the token can do everything. Default: `127.0.0.1`. */
  readonly hostname?: string;
}

/** A gateway that is being served. */
export interface ServedGateway extends Gateway {
  /** What a client is given as its URL, such as `http://127.0.0.1:8079`. */
  readonly url: string;
  readonly port: number;
  readonly hostname: string;
}

/** Longer than the pause after which a silent event stream sends a comment, unless that was set longer. */
const IDLE_SECONDS = 240;

/**
 * Serves a gateway until it is closed.
 *
 * @example
 * ```ts no-run
 * import { serveGateway } from "@umbel/umbel/gateway";
 *
 * await using gateway = await serveGateway({ redis: "redis://127.0.0.1:6379", port: 8079, token: "secret" });
 * console.log(`UPSTASH_REDIS_REST_URL=${gateway.url}`);
 * ```
 */
export async function serveGateway(options: ServeGatewayOptions = {}): Promise<ServedGateway> {
  const gateway = createGateway(options);
  const listen: ListenOptions = {
    port: options.port ?? 8079,
    hostname: options.hostname ?? "127.0.0.1",
    fetch: gateway.fetch,
  };
  const server = await serve(listen).catch(async (error) => {
    await gateway.close();
    throw error;
  });
  const close = async () => {
    await gateway.close();
    await server.close();
  };
  const { hostname } = listen;
  const url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${server.port}`;
  return { ...gateway, url, port: server.port, hostname, close, [Symbol.asyncDispose]: close };
}

/** Listens, by what the runtime has for it. */
async function serve(listen: ListenOptions): Promise<HttpServer> {
  const runtime: unknown = Reflect.get(globalThis, "Bun");
  try {
    return hasServe(runtime) ? serveOverBun(runtime, listen) : await serveOverNode(listen);
  } catch (cause) {
    // Bun asks whether the port is in use, also where the address is not one of this machine.
    const code = cause instanceof Error && "code" in cause ? cause.code : String(cause);
    throw new Error(
      `Cannot serve a gateway as port ${listen.port} of ${listen.hostname} must be one of this machine that is free: current value gives ${code}`,
      { cause },
    );
  }
}

/** As much of Bun as is used: its types are not there where other runtimes check this file. */
interface BunLike {
  serve(options: ListenOptions & { idleTimeout: number; maxRequestBodySize: number; error(error: Error): Response }): {
    readonly port?: number;
    stop(closeActiveConnections: boolean): Promise<void>;
  };
}

function hasServe(runtime: unknown): runtime is BunLike {
  return typeof runtime === "object" && runtime !== null && "serve" in runtime;
}

function serveOverBun(bun: BunLike, listen: ListenOptions): HttpServer {
  const server = bun.serve({
    ...listen,
    idleTimeout: IDLE_SECONDS,
    maxRequestBodySize: 2 ** 30,
    error: () => new Response('{"error":"ERR internal error"}', { status: 500 }),
  });
  return { port: server.port ?? listen.port, close: () => server.stop(true) };
}
