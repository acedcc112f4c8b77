/** Reads the words of a command, which may have come as text or as bytes. @module */
import { Buffer } from "node:buffer";
import type { Command, CommandArg } from "../brokers/redis/resp.ts";

/** An argument as a word in upper case, as Redis compares names and options; empty when there is none. */
export function wordAt(command: Command, i: number): string {
  const arg = command[i];
  return arg === undefined ? "" : textOf(arg).toUpperCase();
}

/** An argument as text. */
export function textOf(arg: CommandArg): string {
  return arg instanceof Uint8Array ? viewOf(arg).toString("utf8") : String(arg);
}

/** An argument as text with one character a byte, which loses nothing. */
export function binaryTextOf(arg: CommandArg): string {
  return arg instanceof Uint8Array ? viewOf(arg).toString("latin1") : Buffer.from(String(arg)).toString("latin1");
}

/** How many bytes an argument has on the wire. */
export function sizeOf(arg: CommandArg): number {
  return arg instanceof Uint8Array ? arg.length : Buffer.byteLength(String(arg));
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
