/**
 * Listens to a channel over HTTP: Upstash sends its messages as an event stream, which is opened again whenever it ends.
 *
 * @module
 */
import { backoffDelay } from "../../base/backoff.ts";
import { systemClock } from "../../base/clock.ts";
import { ConnectionLost, RedisError } from "./redis_error.ts";
import type { RestRequests } from "./rest_request.ts";
import type { Listener, Listening } from "./transport.ts";

/** A stream that does not begin in this time is given up, in milliseconds. */
const CONNECTING = 10_000;

const PAUSES = { base: 100, max: 10_000 };

/** Listens until closed. Resolves when the server has confirmed for the first time. */
export async function listenOverSse(requests: RestRequests, channel: string, listener: Listener): Promise<Listening> {
  const stop = new AbortController();
  const stream = await openStream(requests, channel, stop.signal);
  const done = follow(stream, requests, channel, listener, stop.signal);
  return {
    close: async () => {
      stop.abort();
      await done;
    },
  };
}

/** Reads one stream after another. */
async function follow(
  first: AsyncGenerator<string>,
  requests: RestRequests,
  channel: string,
  listener: Listener,
  stop: AbortSignal,
): Promise<void> {
  let stream: AsyncGenerator<string> | undefined = first;
  for (let failures = 0; !stop.aborted;) {
    if (stream) {
      for await (const message of stream) listener.heard(message);
      failures = 0;
    }
    if (stop.aborted) return;
    await systemClock.sleep(backoffDelay(failures++, PAUSES), stop);
    stream = await openStream(requests, channel, stop).catch(() => undefined);
    if (stream) listener.resumed();
  }
}

/** Opens a stream and waits until the server has confirmed it; then its messages come, until it ends. */
async function openStream(
  requests: RestRequests,
  channel: string,
  stop: AbortSignal,
): Promise<AsyncGenerator<string>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), CONNECTING);
  try {
    const headers = { accept: "text/event-stream" };
    const signal = AbortSignal.any([stop, late.signal]);
    const response = await requests.request(`/subscribe/${channel}`, "", headers, signal);
    if (!response.ok || !response.body) throw new RedisError(`HTTP ${response.status}`);
    const lines = eventsOf(response.body, stop);
    const confirmed = await lines.next();
    if (confirmed.done) throw new ConnectionLost("a stream that ended at once", true);
    return messagesOf(lines, channel);
  } finally {
    clearTimeout(timer);
  }
}

async function* messagesOf(lines: AsyncGenerator<string>, channel: string): AsyncGenerator<string> {
  const start = `message,${channel},`;
  for await (const line of lines) {
    if (line.startsWith(start)) yield line.slice(start.length);
  }
}

/**
 * What stands behind `data:` in each line of an event stream. It ends, and does not throw, when the stream breaks.
 *
 * It ends itself when it is told to stop: Deno may forget a signal of `AbortSignal.any` while the request goes on, and then
 * nothing would end a read that waits.
 */
async function* eventsOf(body: ReadableStream<Uint8Array>, stop: AbortSignal): AsyncGenerator<string> {
  const reader = body.getReader();
  const end = () => void reader.cancel().catch(() => {});
  stop.addEventListener("abort", end, { once: true });
  const decoder = new TextDecoder();
  let rest = "";
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("data:")) yield line.slice(5).trim();
    }
  } catch {
    // The stream broke: whoever reads opens another.
  } finally {
    stop.removeEventListener("abort", end);
    await reader.cancel().catch(() => {});
  }
}
