/** Writes what Redis answered as Upstash does: JSON, JSON with base64 strings, or the bytes of RESP2. @module */
import { Buffer } from "node:buffer";
import { RedisError } from "../brokers/redis/redis_error.ts";
import type { Decoding, Reply } from "../brokers/redis/resp.ts";
import { GatewayError } from "./gateway_error.ts";

/** A form of answers. */
export type ReplyFormat = "json" | "base64" | "resp2";

/** The form a request asks for by its headers. Throws for what Upstash does not allow. */
export function replyFormatOf(headers: Headers): ReplyFormat {
  const format = headers.get("upstash-response-format")?.toLowerCase() ?? "json";
  const base64 = headers.get("upstash-encoding")?.toLowerCase() === "base64";
  if (format !== "json" && format !== "resp2") {
    throw new GatewayError(400, "ERR invalid response format: it must be json or resp2");
  }
  if (format === "resp2" && base64) {
    throw new GatewayError(400, "ERR base64 encoding is not allowed with the resp2 response format");
  }
  return format === "resp2" ? "resp2" : base64 ? "base64" : "json";
}

/** How replies have to be read to be written in a form. */
export function decodingFor(format: ReplyFormat): Decoding {
  return format === "json" ? "text" : format === "base64" ? "bytes" : "raw";
}

/** `{"result": …}` or `{"error": …}`. */
export function writeEnvelope(reply: Reply): string {
  return reply instanceof RedisError ? `{"error":${JSON.stringify(reply.message)}}` : `{"result":${writeValue(reply)}}`;
}

/** An array of envelopes. */
export function writeEnvelopes(replies: readonly Reply[]): string {
  return `[${replies.map(writeEnvelope).join(",")}]`;
}

/** Raw replies one after the other; errors that the gateway itself answered among them. */
export function writeRaw(replies: readonly Reply[]): Uint8Array<ArrayBuffer> {
  const parts = replies.map((reply) => {
    if (reply instanceof Uint8Array) return reply;
    return Buffer.from(reply instanceof RedisError ? `-${reply.message}\r\n` : "$-1\r\n");
  });
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * Integers are written with all their digits, which `JSON.stringify` cannot; bytes in base64; a simple string as it
 * is, if it is `OK`.
 */
function writeValue(reply: Reply): string {
  if (reply === null || typeof reply === "number" || typeof reply === "bigint") return String(reply);
  if (typeof reply === "string") return JSON.stringify(reply);
  if (reply instanceof Uint8Array) return `"${base64(reply)}"`;
  if (reply instanceof RedisError) return writeEnvelope(reply);
  return `[${reply.map(writeValue).join(",")}]`;
}

/** Simple strings come as text even where bytes were asked for: all but `OK` are encoded too. */
export function encodeSimpleStrings(reply: Reply): Reply {
  if (typeof reply === "string" && reply !== "OK") return Buffer.from(reply);
  return Array.isArray(reply) ? reply.map(encodeSimpleStrings) : reply;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
