/** The gateway: an Upstash-compatible REST server over any plain Redis. @module */
import { type Context, Hono } from "hono";
import { ConnectionLost, RedisError } from "../brokers/redis/redis_error.ts";
import { RespClient } from "../brokers/redis/resp_client.ts";
import { AccessControl, type AccessLevel } from "./access.ts";
import { CommandRunner } from "./command_runner.ts";
import { CommandTable } from "./command_table.ts";
import { CostCounter, type GatewayCost } from "./cost_counter.ts";
import { EventStreams, type StreamTopic } from "./event_streams.ts";
import { FaultInjector } from "./fault_injector.ts";
import { GatewayError } from "./gateway_error.ts";
import { type GatewayOptions, type ResolvedGatewayOptions, resolveGatewayOptions } from "./gateway_options.ts";
import { LimitKeeper } from "./limit_keeper.ts";
import {
  decodingFor,
  encodeSimpleStrings,
  replyFormatOf,
  writeEnvelope,
  writeEnvelopes,
  writeRaw,
} from "./reply_writer.ts";
import { type GatewayRequest, readGatewayRequest } from "./request_reader.ts";
import { ScriptBook } from "./script_book.ts";
import { ScriptWrapper } from "./script_wrapper.ts";

/** A gateway, ready to be served by anything that takes a `fetch` handler. */
export interface Gateway extends AsyncDisposable {
  /** Answers a request. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The Hono application behind `fetch`, to be mounted or extended. */
  readonly app: Hono;
  /** The token that may do everything. */
  readonly token: string;
  /** Makes requests fail on purpose. */
  readonly faults: FaultInjector;
  /** What has been spent, as Upstash bills it. */
  cost(): GatewayCost;
  /** Begins to count anew. */
  resetCost(): void;
  /** Ends all streams and the connections to Redis. */
  close(): Promise<void>;
}

/**
 * Makes a gateway. Nothing is opened before the first request.
 *
 * @example
 * ```ts no-run
 * import { createGateway } from "@umbel/umbel/gateway";
 * import { Redis } from "@upstash/redis";
 *
 * const gateway = createGateway({ redis: "redis://127.0.0.1:6379", token: "secret" });
 * const server = Bun.serve({ port: 8079, fetch: gateway.fetch });
 * const redis = new Redis({ url: "http://127.0.0.1:8079", token: "secret" });
 * ```
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  const service = new GatewayService(resolveGatewayOptions(options));
  const app = new Hono();
  app.get("/_cost", (c) => service.readCost(c));
  app.delete("/_cost", (c) => service.resetCost(c));
  app.all("*", (c) => service.answer(c.req.raw));
  return {
    fetch: async (request) => await app.fetch(request),
    app,
    token: service.options.token,
    faults: service.faults,
    cost: () => service.cost.read(),
    resetCost: () => service.cost.reset(),
    close: () => service.close(),
    [Symbol.asyncDispose]: () => service.close(),
  };
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT"]);

class GatewayService {
  readonly options: ResolvedGatewayOptions;
  readonly cost = new CostCounter();
  readonly faults: FaultInjector;
  readonly #redis: RespClient;
  readonly #access: AccessControl;
  readonly #streams: EventStreams;
  readonly #runner: CommandRunner;
  readonly #instance = crypto.randomUUID().slice(0, 8);
  #responses = 0;

  constructor(options: ResolvedGatewayOptions) {
    this.options = options;
    const redis = new RespClient(options.redis);
    const table = new CommandTable(redis);
    const limits = new LimitKeeper(options.limits, table, redis);
    const wrapper = new ScriptWrapper(options.undeclaredKeys === "refuse", options.limits.maxRecordBytes ?? 0);
    const streams = new EventStreams(options.redis, options.keepAlive);
    this.#redis = redis;
    this.#streams = streams;
    this.#access = new AccessControl(options.token, options.readOnlyToken);
    this.#runner = new CommandRunner({ redis, table, limits, scripts: new ScriptBook(wrapper), cost: this.cost });
    this.faults = new FaultInjector(() => streams.endAll(true));
  }

  async answer(request: Request): Promise<Response> {
    return await this.#guard(async () => {
      if (!METHODS.has(request.method)) throw new GatewayError(405, "ERR method not allowed");
      const url = new URL(request.url);
      const level = this.#access.levelOf(request, url);
      this.cost.request();
      const asked = await readGatewayRequest(request, url, this.options.limits.maxRequestBytes);
      const commands = "commands" in asked ? asked.commands : [];
      return await this.faults.around(commands, () => this.#serve(asked, level, request));
    });
  }

  readCost(c: Context): Promise<Response> {
    return this.#guard(() => {
      this.#access.levelOf(c.req.raw, new URL(c.req.url));
      return Promise.resolve(c.json(this.cost.read()));
    });
  }

  resetCost(c: Context): Promise<Response> {
    return this.#guard(() => {
      if (this.#access.levelOf(c.req.raw, new URL(c.req.url)) !== "full") {
        throw new GatewayError(400, "NOPERM this token may not reset the cost");
      }
      this.cost.reset();
      return Promise.resolve(c.json(this.cost.read()));
    });
  }

  async close(): Promise<void> {
    this.#streams.endAll(false);
    await this.#redis.close();
  }

  async #guard(serve: () => Promise<Response>): Promise<Response> {
    try {
      return await serve();
    } catch (error) {
      const { status, message } = this.#describe(error);
      return this.#respond(JSON.stringify({ error: message }), status);
    }
  }

  #describe(error: unknown): { readonly status: number; readonly message: string } {
    if (error instanceof GatewayError) return error;
    if (error instanceof RedisError) {
      this.options.log.error("Redis refused the gateway", { code: error.code });
      return { status: 502, message: `ERR Redis refused the gateway: ${error.code}` };
    }
    if (error instanceof ConnectionLost) {
      this.options.log.warn("Redis did not answer", { error });
      // 502: it may have run. 503: it has not.
      return error.written
        ? { status: 502, message: "ERR the connection to Redis was lost: the command may have run" }
        : { status: 503, message: "ERR Redis cannot be reached: the command has not run" };
    }
    this.options.log.error("A request failed", { error });
    return { status: 500, message: "ERR internal error" };
  }

  async #serve(asked: GatewayRequest, level: AccessLevel, request: Request): Promise<Response> {
    if (!("commands" in asked)) return await this.#stream(asked, level, request);
    const format = replyFormatOf(request.headers);
    const atomic = asked.kind === "transaction";
    if (atomic && format === "resp2") throw new GatewayError(400, "ERR the resp2 response format is not allowed here");
    const options = { level, decoding: decodingFor(format) };
    const answered =
      await (atomic ? this.#runner.runAtomically(asked.commands, options) : this.#runner.run(asked.commands, options));
    const [only = null] = answered;
    if (asked.kind === "command" && only instanceof RedisError) return this.#respond(writeEnvelope(only), 400);
    if (format === "resp2") return this.#respond(writeRaw(answered), 200, "application/octet-stream");
    const replies = format === "base64" ? answered.map(encodeSimpleStrings) : answered;
    return this.#respond(asked.kind === "command" ? writeEnvelope(replies[0] ?? null) : writeEnvelopes(replies), 200);
  }

  async #stream(topic: StreamTopic, level: AccessLevel, request: Request): Promise<Response> {
    if (topic.kind === "monitor" && level === "read") {
      throw new GatewayError(400, "NOPERM this user has no permissions to run the 'monitor' command or its subcommand");
    }
    const body = await this.#streams.open(topic, request.signal);
    this.cost.command(topic.kind.toUpperCase());
    const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };
    return new Response(body, { headers: { ...headers, "upstash-sync-token": this.#nextSyncToken() } });
  }

  #respond(body: string | Uint8Array<ArrayBuffer>, status: number, type = "application/json"): Response {
    const headers = { "content-type": type, "upstash-sync-token": this.#nextSyncToken() };
    return new Response(body, { status, headers });
  }

  /**
   * Opaque to clients and new with each response, as theirs; one Redis answers all reads, so that nothing has to be
   * waited for.
   */
  #nextSyncToken(): string {
    return `${this.#instance}:${++this.#responses}`;
  }
}
