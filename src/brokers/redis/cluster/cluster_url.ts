/** The URL of a cluster: that of a server, with more than one host. @module */
import type { ClusterOptions } from "./cluster_transport.ts";
import type { RespAddressOptions } from "../resp_address.ts";

const CLUSTER = /^(rediss?)\+cluster:\/\/(?:([^@/]*)@)?([^@/?#]+)\/?$/;

/** Whether a URL is that of a cluster. */
export function isClusterUrl(url: string): boolean {
  return /^rediss?\+cluster:/.test(url);
}

/**
 * Reads `redis+cluster://[[user]:password@]host[:port][,host[:port]…]`, or `rediss+cluster://` for TLS.
 *
 * @throws {TypeError} when it is another; the URL is not printed, for it may hold a password
 */
export function readClusterUrl(url: string): { nodes: ClusterOptions["nodes"]; address: RespAddressOptions } {
  const match = CLUSTER.exec(url);
  if (!match) {
    throw new TypeError(
      "Cannot connect to a cluster as its URL must be redis+cluster://[[user]:password@]host[:port][,host[:port]…]: current value is another",
    );
  }
  const [, scheme, credentials = "", hosts = ""] = match;
  const colon = credentials.indexOf(":");
  const [username, password] = colon < 0
    ? ["", credentials]
    : [credentials.slice(0, colon), credentials.slice(colon + 1)];
  const nodes = hosts.split(",").map((host) => /:\d+$/.test(host) ? host : `${host}:6379`);
  return {
    nodes,
    address: {
      tls: scheme === "rediss",
      username: decodeURIComponent(username) || undefined,
      password: decodeURIComponent(password) || undefined,
    },
  };
}
