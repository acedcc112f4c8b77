/** Reads an HTTP request of the Upstash protocol into commands. @module */
import { Buffer } from "node:buffer";
import type { Command, CommandArg } from "../brokers/redis/resp.ts";
import { GatewayError } from "./gateway_error.ts";

/** What a request asks for. */
export type GatewayRequest =
  | { readonly kind: "command" | "pipeline" | "transaction"; readonly commands: readonly Command[] }
  | { readonly kind: "subscribe" | "psubscribe"; readonly names: readonly string[] }
  | { readonly kind: "monitor" };

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a request: its body form, its path form, a pipeline, a transaction, or an event stream. */
export async function readGatewayRequest(
  request: Request,
  url: URL,
  maxBytes: number = Infinity,
): Promise<GatewayRequest> {
  const segments = url.pathname.slice(1).split("/");
  const first = (segments[0] ?? "").toLowerCase();
  const alone = segments.length === 1;
  const body = await readBody(request, maxBytes);
  if (alone && first === "") return { kind: "command", commands: [readCommand(parseBody(body), "command")] };
  if (alone && first === "pipeline") return { kind: "pipeline", commands: readCommands(body) };
  if (alone && first === "multi-exec") return { kind: "transaction", commands: readCommands(body) };
  if (first === "monitor" && alone) return { kind: "monitor" };
  if (first === "subscribe" || first === "psubscribe") {
    return { kind: first, names: readNames(segments.slice(1), first) };
  }
  return { kind: "command", commands: [readPath(segments, body, url.search)] };
}

function readNames(segments: readonly string[], what: string): string[] {
  const names = segments.map((segment) => String(decodeSegment(segment)));
  if (names.length === 0) throw new GatewayError(400, `ERR wrong number of arguments for '${what}' command`);
  return names;
}

/** Path form: the arguments in the path, the body as the next one, the query's after it. */
function readPath(segments: readonly string[], body: Uint8Array, search: string): Command {
  const command: CommandArg[] = segments.map(decodeSegment);
  if (body.length > 0) command.push(body);
  for (const part of search.slice(1).split("&")) {
    if (part === "" || part.startsWith("_token=")) continue;
    const equals = part.indexOf("=");
    command.push(decodeQuery(equals < 0 ? part : part.slice(0, equals)));
    if (equals >= 0) command.push(decodeQuery(part.slice(equals + 1)));
  }
  return command;
}

function decodeQuery(text: string): CommandArg {
  return decodeSegment(text.replaceAll("+", " "));
}

/** Percent-decodes into text, or into bytes when they are not UTF-8. */
function decodeSegment(text: string): CommandArg {
  if (!text.includes("%")) return text;
  const bytes = Buffer.from(
    text.replace(
      /%([0-9a-f]{2})|([^\0-\x7f]+)/gi,
      (whole, hex: string | undefined) =>
        hex === undefined ? Buffer.from(whole).toString("latin1") : String.fromCharCode(parseInt(hex, 16)),
    ),
    "latin1",
  );
  try {
    return utf8.decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes, announced);
  if (maxBytes === Infinity) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes, size);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number, actual: number): GatewayError {
  return new GatewayError(400, `ERR max request size exceeded. Limit: ${limit} bytes, Actual: ${actual} bytes`);
}

function readCommands(body: Uint8Array): Command[] {
  const parsed = parseBody(body);
  if (!Array.isArray(parsed) || parsed.length === 0) {
    throw new GatewayError(400, "ERR failed to parse pipeline request: the body must be an array of commands");
  }
  return parsed.map((command, i) => readCommand(command, `command ${i + 1}`));
}

function readCommand(parsed: unknown, what: string): Command {
  if (!Array.isArray(parsed) || parsed.length === 0) {
    throw new GatewayError(400, `ERR failed to parse ${what}: it must be a non-empty array`);
  }
  return parsed.map((arg: unknown, i) => readArg(arg, what, i));
}

function readArg(arg: unknown, what: string, i: number): CommandArg {
  if (typeof arg === "string") return arg;
  if (typeof arg === "number" || typeof arg === "boolean") return String(arg);
  if (arg instanceof NumberText) return arg.text;
  const kind = arg === null ? "null" : Array.isArray(arg) ? "an array" : "an object";
  throw new GatewayError(400, `ERR failed to parse ${what}: argument ${i} must be a string or a number, not ${kind}`);
}

/** A number as it stood in the JSON text, where a number of JavaScript would lose digits. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function parseBody(body: Uint8Array): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  try {
    const parsed: unknown = JSON.parse(text);
    return hasInexactNumber(parsed) ? JSON.parse(text, keepNumber) : parsed;
  } catch {
    throw new GatewayError(400, "ERR failed to parse the body: it must be JSON");
  }
}

/** Looks two levels deep: that is where the arguments of commands are. */
function hasInexactNumber(value: unknown, depth = 2): boolean {
  if (typeof value === "number") return !Number.isSafeInteger(value);
  return depth > 0 && Array.isArray(value) && value.some((item) => hasInexactNumber(item, depth - 1));
}

/** A reviver; the third argument is missing on runtimes older than 2024, where digits beyond a double are lost. */
function keepNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" && context?.source !== undefined ? new NumberText(context.source) : value;
}
