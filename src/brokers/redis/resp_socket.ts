/** Opens a socket to a Redis server, plain or TLS, within a time and under a signal. @module */
import { isIP, type Socket } from "node:net";
import * as net from "node:net";
import * as tls from "node:tls";
import { clearTimeout, setTimeout } from "node:timers";
import type { RespAddress } from "./resp_address.ts";

/** How long and under which signal to try. */
export interface OpenSocketOptions {
  /** Milliseconds until the attempt is given up. */
  readonly timeout: number;
  /** Gives the attempt up at once. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds of silence after which the kernel probes whether the other side still exists. */
  readonly keepAlive: number;
}

/**
 * Opens the socket. Rejects with what the network said, with a time-out, or with the signal's reason; never leaves a
 * socket behind.
 */
export function openSocket(address: RespAddress, options: OpenSocketOptions): Promise<Socket> {
  if (options.signal?.aborted) return Promise.reject(options.signal.reason);
  return new Promise((resolve, reject) => watchOpening(createSocket(address), address, options, resolve, reject));
}

function watchOpening(
  socket: Socket,
  address: RespAddress,
  options: OpenSocketOptions,
  resolve: (socket: Socket) => void,
  reject: (reason: unknown) => void,
): void {
  const { signal } = options;
  const give = (error: unknown) => {
    settle();
    socket.on("error", () => {});
    socket.destroy();
    reject(error);
  };
  const onAbort = () => give(signal?.reason);
  const onError = (error: Error) => give(error);
  const onClose = () =>
    give(new Error(`Cannot connect to Redis as ${address.host} must accept: current value is closed`));
  const timer = setTimeout(() => give(timedOut(address, options.timeout)), options.timeout);
  const ready = address.tls === undefined ? "connect" : "secureConnect";
  const onReady = () => {
    settle();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, options.keepAlive);
    resolve(socket);
  };
  const settle = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    socket.off("error", onError).off("close", onClose).off(ready, onReady);
  };
  signal?.addEventListener("abort", onAbort);
  socket.on("error", onError).on("close", onClose).on(ready, onReady);
}

function createSocket(address: RespAddress): Socket {
  const { host, port } = address;
  if (address.tls === undefined) return net.connect({ host, port });
  const { ca, ...settings } = address.tls;
  const servername = settings.servername ?? (isIP(host) === 0 ? host : undefined);
  const trusted = ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] };
  return tls.connect({ host, port, ...settings, ...trusted, ...(servername === undefined ? {} : { servername }) });
}

function timedOut(address: RespAddress, timeout: number): Error {
  return new Error(
    `Cannot connect to Redis as ${address.host}:${address.port} must accept within ${timeout} ms: ` +
      "current value is no answer",
  );
}
