/**
 * The edge's door: a broker for producers on Upstash.
 *
 * @module
 */
import { EdgeBroker, type EdgeBrokerOptions } from "./edge_broker.ts";

export { EdgeBroker, type EdgeBrokerOptions } from "./edge_broker.ts";

/**
 * A producer's broker in Redis over Upstash's REST API, in few bytes: a publish is one request, and whoever waits for a
 * result polls. Nothing is requested before the first call.
 */
export function upstashEdge(options: EdgeBrokerOptions): EdgeBroker {
  return new EdgeBroker(options);
}
