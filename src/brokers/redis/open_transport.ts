/** The transport over TCP that a URL or other options ask for: to one server, or to a cluster. @module */
import { ClusterTransport } from "./cluster/cluster_transport.ts";
import { isClusterUrl, readClusterUrl } from "./cluster/cluster_url.ts";
import type { RespLinkOptions } from "./resp_link.ts";
import { TcpTransport } from "./tcp.ts";
import type { Transport } from "./transport.ts";

/** Nothing else can be done about a server that is silent for so long than to connect again, in milliseconds. */
export const SILENCE = 10_000;

/**
 * A transport. Nothing connects before the first call.
 *
 * @throws {TypeError} when the URL is not one of Redis; its password is never part of an error
 */
export function openTransport(link: RespLinkOptions): Transport {
  const url = String(link.url ?? "");
  if (!isClusterUrl(url)) return new TcpTransport(link);
  const { nodes, address } = readClusterUrl(url);
  const given = Object.fromEntries(
    Object.entries(link).filter(([name, value]) => name !== "url" && value !== undefined),
  );
  return new ClusterTransport({ nodes, link: { ...address, ...given } });
}
