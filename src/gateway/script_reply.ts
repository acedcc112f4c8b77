/** Takes apart what a wrapped script answered: the commands it called, and its own result. @module */
import { Buffer } from "node:buffer";
import type { Reply } from "../brokers/redis/resp.ts";
import { SCRIPT_MARK } from "./script_prelude.ts";

/** The two parts. */
export interface ScriptReply {
  readonly result: Reply;
  /** What was called, and how often. */
  readonly calls: ReadonlyMap<string, number>;
}

const NONE: ReadonlyMap<string, number> = new Map();

/** Reads a reply in any decoding; one without the mark, such as an error before the script ran, is its own result. */
export function readScriptReply(reply: Reply): ScriptReply {
  if (reply instanceof Uint8Array) return readRaw(reply);
  if (!Array.isArray(reply) || reply.length !== 2) return { result: reply, calls: NONE };
  const [head, result = null] = reply;
  const text = head instanceof Uint8Array ? Buffer.from(head).toString("latin1") : head;
  if (typeof text !== "string" || !text.startsWith(SCRIPT_MARK)) return { result: reply, calls: NONE };
  return { result, calls: readCalls(text) };
}

/** `*2`, then the marked bulk string, then the bytes of the result. */
function readRaw(reply: Uint8Array): ScriptReply {
  const start = Buffer.from(reply.subarray(0, 64)).toString("latin1");
  const head = /^\*2\r\n\$(\d+)\r\n/.exec(start);
  if (head === null || !start.startsWith(SCRIPT_MARK, head[0].length)) return { result: reply, calls: NONE };
  const from = head[0].length;
  const to = from + Number(head[1]);
  const text = Buffer.from(reply.subarray(from, to)).toString("latin1");
  return { result: reply.subarray(to + 2), calls: readCalls(text) };
}

function readCalls(text: string): ReadonlyMap<string, number> {
  const words = text.slice(SCRIPT_MARK.length).split(" ");
  const calls = new Map<string, number>();
  for (let i = 0; i + 1 < words.length; i += 2) {
    const name = words[i] ?? "";
    calls.set(name, (calls.get(name) ?? 0) + Number(words[i + 1]));
  }
  return calls;
}
