/**
 * An Upstash-compatible REST server over any plain Redis, for development, tests and self-hosting.
 *
 * @example
 * ```ts no-run
 * import { serveGateway } from "@umbel/umbel/gateway";
 *
 * await using gateway = await serveGateway({ redis: "redis://127.0.0.1:6379", port: 8079, token: "secret" });
 * console.log(`UPSTASH_REDIS_REST_URL=${gateway.url}`);
 * ```
 *
 * @module
 */
export type { CommandCost, GatewayCost, ScriptCost } from "./cost_counter.ts";
export type { FaultInjector, GatewayFault } from "./fault_injector.ts";
export { createGateway, type Gateway } from "./gateway.ts";
export { GATEWAY_PLANS, type GatewayLimits, type GatewayOptions, type GatewayPlan } from "./gateway_options.ts";
export { type ServedGateway, serveGateway, type ServeGatewayOptions } from "./serve_gateway.ts";
