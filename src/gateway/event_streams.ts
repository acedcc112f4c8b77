/** The event streams of the gateway: subscriptions and the monitor, each over a connection of its own. @module */
import { type Duration, toMilliseconds } from "../base/duration.ts";
import { RespConnection, type RespConnectionOptions } from "../brokers/redis/resp_connection.ts";
import type { PushMessage } from "../brokers/redis/resp_subscriptions.ts";

/** What a stream listens to. */
export type StreamTopic =
  | { readonly kind: "subscribe" | "psubscribe"; readonly names: readonly string[] }
  | { readonly kind: "monitor" };

/** A stream that is open. */
interface Stream {
  /** Ends it; `cut` breaks it off instead. */
  end(cut: boolean): void;
}

type Send = (data: string) => void;

/** Opens streams and keeps count of them. */
export class EventStreams {
  readonly #options: RespConnectionOptions;
  readonly #keepAlive: number;
  readonly #open = new Set<Stream>();

  /** Takes how to connect, and the pause after which a silent stream sends a comment. */
  constructor(options: RespConnectionOptions, keepAlive: Duration) {
    this.#options = { ...options, decoding: "text" };
    this.#keepAlive = toMilliseconds(keepAlive);
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens a stream, and answers once the subscription is in force. It ends with its client, with the connection to
   * Redis (messages may be lost then, and the client has to know), and with the gateway.
   */
  async open(topic: StreamTopic, signal: AbortSignal): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const connection = await RespConnection.connect(this.#options);
    const waiting: string[] = [];
    let send: Send = (data) => waiting.push(data);
    const first: string[] = [];
    try {
      await listen(connection, topic, first, (data) => send(data));
    } catch (error) {
      connection.destroy();
      throw error;
    }
    return new ReadableStream({
      start: (controller) => {
        send = this.#attach(controller, connection, signal);
        [...first, ...waiting].forEach(send);
      },
      cancel: () => connection.destroy(),
    }, { highWaterMark: Infinity });
  }

  /** Ends all streams, or cuts them off. */
  endAll(cut: boolean): void {
    for (const stream of [...this.#open]) stream.end(cut);
  }

  #attach(
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
    connection: RespConnection,
    signal: AbortSignal,
  ): Send {
    const encoder = new TextEncoder();
    const write = (text: string) => controller.enqueue(encoder.encode(text));
    const pulse = setInterval(() => write(": keep-alive\n\n"), this.#keepAlive);
    const onAbort = () => stream.end(false);
    const stream: Stream = {
      end: (cut) => {
        if (!this.#open.delete(stream)) return;
        clearInterval(pulse);
        signal.removeEventListener("abort", onAbort);
        connection.destroy();
        finish(controller, cut);
      },
    };
    this.#open.add(stream);
    signal.addEventListener("abort", onAbort);
    connection.closed.then(() => stream.end(false));
    return (data) => {
      if (this.#open.has(stream)) write(`data: ${data}\n\n`);
    };
  }
}

function finish(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>, cut: boolean): void {
  try {
    if (cut) controller.error();
    else controller.close();
  } catch {
    // The client went away first: the stream is closed already.
  }
}

async function listen(connection: RespConnection, topic: StreamTopic, first: string[], send: Send): Promise<void> {
  if (topic.kind === "monitor") {
    await connection.monitor(send);
    first.push('"OK"');
    return;
  }
  const { kind, names } = topic;
  const onMessage = ({ pattern, channel, payload }: PushMessage) =>
    send(pattern === undefined ? `message,${channel},${payload}` : `pmessage,${pattern},${channel},${payload}`);
  await (kind === "subscribe" ? connection.subscribe(names, onMessage) : connection.psubscribe(names, onMessage));
  names.forEach((name, i) => first.push(`${kind},${name},${i + 1}`));
}
