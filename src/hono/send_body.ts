/** Reads what a request wants to send: JSON of a bounded size, and nothing that is not asked for. @module */
import type { Context } from "hono";
import { isPlainObject } from "../base/json.ts";
import type { CallOptions } from "../task/options.ts";

/** What a request wants to send. */
export interface SendBody {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>> | undefined;
  readonly options: Pick<CallOptions, "countdown" | "expires" | "priority">;
}

/** Why a request is not served, with its status. */
export interface BodyProblem {
  readonly status: 400 | 413 | 415;
  readonly message: string;
}

const FIELDS = new Set(["args", "kwargs", "options"]);
const OPTIONS = new Set(["countdown", "expires", "priority"]);

/**
 * What a request wants to send, or why it cannot. Only JSON is read that is said to be JSON: a page of another site can
 * have a browser send other types, with its cookies, without asking.
 */
export async function readSendBody(c: Context, most: number): Promise<SendBody | BodyProblem> {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(c.req.header("content-type") ?? "")) {
    return { status: 415, message: "The body must be JSON, with the content-type application/json" };
  }
  const text = await readText(c.req.raw, most);
  if (text === undefined) return { status: 413, message: `The body must not be longer than ${most} bytes` };
  const body = checkBody(parse(text));
  return typeof body === "string" ? { status: 400, message: body } : body;
}

/** The text of a request; undefined where it is longer than it may be, which is found out without reading all of it. */
async function readText(request: Request, most: number): Promise<string | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > most) return undefined;
  if (request.body === null) return "";
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for (const reader = request.body.getReader();;) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > most) {
      await reader.cancel().catch(() => {});
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body, or what is wrong with it. Values of options are checked where they are used. */
function checkBody(raw: unknown): SendBody | string {
  if (!isPlainObject(raw)) return 'The body must be JSON such as { "args": [4, 4], "kwargs": {} }';
  const { args = [], kwargs, options = {} } = raw;
  const strange = Object.keys(raw).find((key) => !FIELDS.has(key));
  if (strange !== undefined) return `The body may not have the key ${strange.slice(0, 40)}`;
  if (!Array.isArray(args)) return "args must be an array";
  if (kwargs !== undefined && !isPlainObject(kwargs)) return "kwargs must be an object";
  if (!isPlainObject(options)) return "options must be an object";
  const unknown = Object.keys(options).find((key) => !OPTIONS.has(key));
  return unknown === undefined ? { args, kwargs, options } : `options may not have the key ${unknown.slice(0, 40)}`;
}
