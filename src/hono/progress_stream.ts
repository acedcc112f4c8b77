/** Follows a task over server-sent events: its states and progress, then its end. @module */
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { AsyncResult } from "../canvas/handles.ts";
import { FINAL_STATES } from "../protocol/result.ts";
import { plainJson } from "./plain_json.ts";

/** How often a task's progress is looked at while somebody follows it, in milliseconds. */
const LOOK = 500;

/** A stream of `state` events, each with the state and the progress, until the task has ended or nobody listens. */
export function progressStream(c: Context, result: AsyncResult<unknown>): Response {
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    let last = "";
    while (!stream.aborted) {
      const event = await eventOf(result);
      const data = plainJson(event);
      if (data !== last) await stream.writeSSE({ event: "state", data });
      last = data;
      if (FINAL_STATES.has(event.state) || event.state === "UNKNOWN") return;
      await result.get({ timeout: `${LOOK}ms`, propagate: false, signal: gone.signal }).catch(() => undefined);
    }
  });
}

async function eventOf(result: AsyncResult<unknown>) {
  const state = await result.state();
  if (state === "SUCCESS") return { id: result.id, state, result: await result.result() };
  const error = await result.error();
  if (error) return { id: result.id, state, error: { name: error.name, message: error.message } };
  return { id: result.id, state, progress: await result.progress() };
}
