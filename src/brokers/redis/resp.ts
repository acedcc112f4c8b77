/**
 * RESP2, the wire format of Redis: a command as bytes, and an incremental parser of replies that never alters a byte.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { RedisError, RespProtocolError } from "./redis_error.ts";

/** One argument of a command. Text is sent as UTF-8, numbers in decimal. */
export type CommandArg = string | Uint8Array | number | bigint;

/** A command: its name and its arguments. */
export type Command = readonly CommandArg[];

/**
 * What Redis answered. Integers outside the safe range of a number come as `bigint`; a bulk string comes as text or as
 * bytes by the {@linkcode Decoding} asked for, a simple string (`OK`, `QUEUED`) always as text; an error reply is a
 * {@linkcode RedisError} value.
 */
export type Reply = string | number | bigint | null | Uint8Array | RedisError | Reply[];

/**
 * How bulk strings are read: as UTF-8 text, as bytes, or not at all: `raw` gives the whole reply as the bytes that
 * came.
 */
export type Decoding = "text" | "bytes" | "raw";

const CR = 13;
const STAR = 42;
const PLUS = 43;
const MINUS = 45;
const COLON = 58;
const DOLLAR = 36;
const ZERO = 48;
/** Redis allows 512 MB unless told otherwise; a length beyond this is a stream out of step, not a value. */
const MAX_LENGTH = 0x7fff_ffff;
const SAFE_DIGITS = 15;

/** Who receives what a {@linkcode RespParser} reads. */
export interface RespSink {
  /** Asked once at the first byte of every reply. */
  decoding(): Decoding;
  /** Given every whole reply, in order. Must not throw. */
  reply(reply: Reply): void;
}

/** An array whose elements are still arriving. */
interface Frame {
  readonly items: Reply[];
  missing: number;
}

/**
 * Reads replies out of chunks cut anywhere. The work is linear in the bytes received: an array keeps the elements read
 * so far, a bulk string is not looked at until all of it is there, and what is left of a chunk is kept in a buffer
 * that doubles.
 */
export class RespParser {
  readonly #sink: RespSink;
  readonly #stack: Frame[] = [];
  #decoding: Decoding | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  /** Whether the buffer is the parser's own, so that it may be written to. */
  #own = false;
  #replyStart = 0;
  #position = 0;
  #end = 0;
  /** No line end stands before this place: a long line arriving in pieces is searched once. */
  #searched = 0;

  /** Takes who receives the replies. */
  constructor(sink: RespSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes of the stream. Throws {@linkcode RespProtocolError} when they cannot be RESP2. */
  push(chunk: Uint8Array): void {
    this.#append(chunk);
    while (this.#position < this.#end && this.#readElement());
  }

  #append(chunk: Uint8Array): void {
    const keep = this.#decoding === "raw" ? this.#replyStart : this.#position;
    const pending = this.#end - keep;
    if (pending === 0) return this.#adopt(chunk);
    if (!this.#own || this.#end + chunk.length > this.#buffer.length) {
      const size = pending + chunk.length;
      const roomy = this.#own && size * 2 <= this.#buffer.length ? this.#buffer : Buffer.allocUnsafe(size * 2);
      this.#buffer.copy(roomy, 0, keep, this.#end);
      this.#buffer = roomy;
      this.#own = true;
      this.#shift(keep);
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #adopt(chunk: Uint8Array): void {
    this.#buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#own = false;
    this.#replyStart = this.#position = this.#searched = 0;
    this.#end = chunk.length;
  }

  #shift(by: number): void {
    this.#replyStart -= by;
    this.#position -= by;
    this.#searched -= by;
    this.#end -= by;
  }

  /** Reads one value or array head; false when more bytes are needed, with the position where it was. */
  #readElement(): boolean {
    if (this.#decoding === undefined) {
      this.#replyStart = this.#position;
      this.#decoding = this.#sink.decoding();
    }
    const lineEnd = this.#findLineEnd();
    if (lineEnd < 0) return false;
    const first = this.#position + 1;
    switch (this.#buffer[this.#position]) {
      case DOLLAR:
        return this.#readBulk(this.#readLength(first, lineEnd), lineEnd + 2);
      case COLON:
        return this.#complete(this.#readInteger(first, lineEnd), lineEnd + 2);
      case PLUS:
        return this.#complete(this.#buffer.toString("utf8", first, lineEnd), lineEnd + 2);
      case MINUS:
        return this.#complete(new RedisError(this.#buffer.toString("utf8", first, lineEnd)), lineEnd + 2);
      case STAR:
        return this.#openArray(this.#readLength(first, lineEnd), lineEnd + 2);
      default:
        throw this.#outOfStep("the first byte must be one of $ : + - *", this.#buffer[this.#position]);
    }
  }

  #findLineEnd(): number {
    const from = Math.max(this.#position, this.#searched);
    const found = this.#buffer.indexOf(CR, from);
    if (found < 0 || found + 1 >= this.#end) {
      this.#searched = found < 0 || found >= this.#end ? this.#end : found;
      return -1;
    }
    if (this.#buffer[found + 1] !== 10) {
      throw this.#outOfStep("a carriage return must be followed by a line feed", this.#buffer[found + 1]);
    }
    return found;
  }

  #readInteger(from: number, to: number): number | bigint {
    const negative = this.#buffer[from] === MINUS;
    let at = negative || this.#buffer[from] === PLUS ? from + 1 : from;
    if (at >= to) throw this.#outOfStep("an integer must have digits", undefined);
    if (to - at > SAFE_DIGITS) return this.#readLongInteger(from, to);
    let value = 0;
    for (; at < to; at++) {
      const digit = (this.#buffer[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) throw this.#outOfStep("an integer must have digits only", this.#buffer[at]);
      value = value * 10 + digit;
    }
    return negative && value !== 0 ? -value : value;
  }

  #readLongInteger(from: number, to: number): number | bigint {
    const text = this.#buffer.toString("latin1", from, to);
    if (!/^[+-]?\d+$/.test(text)) throw this.#outOfStep("an integer must have digits only", undefined);
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text.startsWith("+") ? text.slice(1) : text);
  }

  #readLength(from: number, to: number): number {
    const length = this.#readInteger(from, to);
    if (typeof length === "bigint" || length < -1 || length > MAX_LENGTH) {
      throw this.#outOfStep("a length must be between -1 and 2147483647", undefined);
    }
    return length;
  }

  #readBulk(length: number, start: number): boolean {
    if (length < 0) return this.#complete(null, start);
    const end = start + length;
    if (end + 2 > this.#end) return false;
    if (this.#buffer[end] !== CR) {
      throw this.#outOfStep("a bulk string must end where its length says", this.#buffer[end]);
    }
    return this.#complete(this.#bulkValue(start, end), end + 2);
  }

  #bulkValue(start: number, end: number): string | Uint8Array | null {
    if (this.#decoding === "text") return this.#buffer.toString("utf8", start, end);
    return this.#decoding === "bytes" ? new Uint8Array(this.#buffer.subarray(start, end)) : null;
  }

  #openArray(length: number, next: number): boolean {
    if (length <= 0) return this.#complete(length < 0 ? null : [], next);
    this.#position = next;
    this.#stack.push({ items: [], missing: length });
    return true;
  }

  /** Puts a value where it belongs, closing every array that it fills; hands the reply over when none is left open. */
  #complete(value: Reply, next: number): true {
    this.#position = next;
    let done = value;
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      frame.items.push(done);
      if (--frame.missing > 0) return true;
      this.#stack.pop();
      done = frame.items;
    }
    if (this.#decoding === "raw") done = new Uint8Array(this.#buffer.subarray(this.#replyStart, next));
    this.#decoding = undefined;
    this.#sink.reply(done);
    return true;
  }

  #outOfStep(rule: string, byte: number | undefined): RespProtocolError {
    return new RespProtocolError(`Cannot read the reply of Redis as ${rule}: current value is ${byte ?? "another"}`);
  }
}

/** Gathers commands so that all of a tick leave in one write. */
export class CommandWriter {
  #text = "";
  #parts: Uint8Array[] = [];

  /**
   * Appends commands. Throws a `TypeError` that names the place of an argument that cannot be sent, and then appends
   * none of them.
   */
  add(commands: readonly Command[]): void {
    commands.forEach(assertCommand);
    for (const command of commands) this.#append(command);
  }

  #append(command: Command): void {
    let text = `*${command.length}\r\n`;
    for (const arg of command) {
      if (arg instanceof Uint8Array) {
        this.#parts.push(Buffer.from(`${this.#text}${text}$${arg.length}\r\n`), arg);
        this.#text = "";
        text = "\r\n";
      } else {
        const word = typeof arg === "string" ? arg : String(arg);
        text += `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
      }
    }
    this.#text += text;
  }

  /** Takes out everything gathered, as text when there was no binary argument. */
  take(): string | Uint8Array {
    const text = this.#text;
    const parts = this.#parts;
    this.#text = "";
    if (parts.length === 0) return text;
    this.#parts = [];
    parts.push(Buffer.from(text));
    return Buffer.concat(parts);
  }
}

/** A command as the bytes that are sent. */
export function encodeCommand(command: Command): Uint8Array {
  const writer = new CommandWriter();
  writer.add([command]);
  const encoded = writer.take();
  return typeof encoded === "string" ? Buffer.from(encoded) : encoded;
}

function assertCommand(command: Command): void {
  if (command.length === 0) {
    throw new RangeError("Cannot send a command as it must have a name: current value is empty");
  }
  for (let i = 0; i < command.length; i++) {
    const arg: unknown = command[i];
    if (typeof arg === "string" || typeof arg === "number" || typeof arg === "bigint" || arg instanceof Uint8Array) {
      continue;
    }
    throw new TypeError(
      `Cannot send a command as argument ${i} must be a string, a number or bytes: current value is ${kindOf(arg)}`,
    );
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? value.constructor?.name ?? "an object" : `a ${typeof value}`;
}
