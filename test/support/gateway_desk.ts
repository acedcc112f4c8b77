/** A gateway over a Redis of its own for tests, and the few words to talk to it in-process. */
import { createGateway, type Gateway } from "../../src/gateway/gateway.ts";
import type { GatewayOptions } from "../../src/gateway/gateway_options.ts";
import { type RedisServer, type RedisServerOptions, startRedisServer } from "./redis_server.ts";

/** A status and a body read as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What is posted: JSON when it is an array. */
export type Body = string | Uint8Array<ArrayBuffer> | readonly unknown[];

/** An answer with a result. */
export const ok = (result: unknown): Answer => ({ status: 200, body: { result } });

/** An answer with an error, given in full or as a matcher. */
export const failed = (error: unknown, status = 400): Answer => ({ status, body: { error } });

/** A gateway, its Redis, and requests in short. */
export class GatewayDesk implements AsyncDisposable {
  readonly server: RedisServer;
  readonly gateway: Gateway;

  constructor(server: RedisServer, gateway: Gateway) {
    this.server = server;
    this.gateway = gateway;
  }

  /** Sends a request, with the full token unless another is given; `""` sends none. */
  async send(path: string, init: RequestInit = {}, token = "full-token"): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token !== "") headers.set("authorization", `Bearer ${token}`);
    return await this.gateway.fetch(new Request(`http://gateway.test${path}`, { ...init, headers }));
  }

  /** Posts a body and reads the answer. */
  async post(path: string, body: Body, headers: Record<string, string> = {}, token?: string): Promise<Answer> {
    const raw = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await this.send(path, { method: "POST", body: raw, headers }, token);
    return { status: response.status, body: await response.json() };
  }

  /** Runs one command in body form. */
  run(...command: readonly unknown[]): Promise<Answer> {
    return this.post("/", command);
  }

  /** Gets a path and reads the answer. */
  async get(path: string, token?: string): Promise<Answer> {
    const response = await this.send(path, {}, token);
    return { status: response.status, body: await response.json() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close();
    await this.server.stop();
  }
}

/** Opens a gateway with the tokens `full-token` and `read-token`. */
export async function openGatewayDesk(
  options: GatewayOptions = {},
  redis: RedisServerOptions = {},
): Promise<GatewayDesk> {
  const server = await startRedisServer(redis);
  const tokens = { token: "full-token", readOnlyToken: "read-token" };
  return new GatewayDesk(server, createGateway({ redis: server.url, ...tokens, ...options }));
}
