/** Serves a `fetch` handler over `node:http`. @module */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** Where to listen, and who answers. */
export interface ListenOptions {
  readonly port: number;
  readonly hostname: string;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts to listen. Rejects when the port cannot be had. */
export function serveOverNode({ port, hostname, fetch }: ListenOptions): Promise<HttpServer> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, fetch).catch(() => outgoing.destroy());
  });
  server.requestTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      const address = server.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({ port: bound, close });
    });
  });
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fetch: ListenOptions["fetch"],
): Promise<void> {
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  const response = await fetch(toRequest(incoming, gone.signal));
  outgoing.statusCode = response.status;
  response.headers.forEach((value, name) => outgoing.setHeader(name, value));
  if (response.body === null) return void outgoing.end();
  const reader = response.body.getReader();
  gone.signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (!outgoing.write(next.value)) await drained(outgoing, gone.signal);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    outgoing.once("drain", resolve);
    gone.addEventListener("abort", () => resolve(), { once: true });
  });
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, typeof value === "string" ? value : value.join(", "));
  }
  const { method = "GET" } = incoming;
  const init = { method, headers, signal };
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? "localhost"}`);
  if (method === "GET" || method === "HEAD") return new Request(url, init);
  const streaming = { ...init, body: toStream(incoming), duplex: "half" };
  return new Request(url, streaming);
}

function toStream(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = incoming[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
  });
}
