import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { RedisError, RespProtocolError } from "../../../src/brokers/redis/redis_error.ts";
import {
  CommandWriter,
  type Decoding,
  encodeCommand,
  type Reply,
  RespParser,
} from "../../../src/brokers/redis/resp.ts";

const utf8 = new TextEncoder();

function parse(chunks: readonly Uint8Array[], decoding: Decoding = "text"): Reply[] {
  const replies: Reply[] = [];
  const parser = new RespParser({ decoding: () => decoding, reply: (reply) => replies.push(reply) });
  for (const chunk of chunks) parser.push(chunk);
  return replies;
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const chunks: Uint8Array[] = [];
  let from = 0;
  for (const to of [...sorted, bytes.length]) {
    // A copy each, as sockets give: a parser that keeps a view into a reused buffer would be found out.
    chunks.push(bytes.slice(from, to));
    from = to;
  }
  return chunks;
}

function write(reply: Reply): Uint8Array {
  if (reply === null) return utf8.encode("$-1\r\n");
  if (reply instanceof RedisError) return utf8.encode(`-${reply.message}\r\n`);
  if (typeof reply === "number" || typeof reply === "bigint") return utf8.encode(`:${reply}\r\n`);
  if (typeof reply === "string") return utf8.encode(`+${reply}\r\n`);
  if (Array.isArray(reply)) return concat([utf8.encode(`*${reply.length}\r\n`), ...reply.map(write)]);
  return concat([utf8.encode(`$${reply.length}\r\n`), reply, utf8.encode("\r\n")]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const simple = fc.string().map((text) => text.replace(/[\r\n]/g, ""));
const integer = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map((value) =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value
);
const anyReply = fc.letrec<{ reply: Reply; array: Reply[] }>((tie) => ({
  reply: fc.oneof(
    { depthSize: "small" },
    simple,
    integer,
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    simple.map((text) => new RedisError(`ERR ${text}`)),
    tie("array"),
  ),
  array: fc.array(tie("reply"), { maxLength: 6 }),
})).reply;

describe("RespParser", () => {
  test("reads any replies cut at any places, byte for byte", () => {
    fc.assert(
      fc.property(fc.array(anyReply, { minLength: 1, maxLength: 8 }), fc.array(fc.nat()), (replies, places) => {
        const stream = concat(replies.map(write));
        expect(parse(cut(stream, places), "bytes")).toEqual(replies);
        expect(parse(cut(stream, places), "raw")).toEqual(replies.map(write));
      }),
      { numRuns: 300 },
    );
  });

  test("reads the same when every byte comes alone", () => {
    const stream = utf8.encode(
      "*3\r\n$5\r\nhello\r\n:-42\r\n*2\r\n$-1\r\n-WRONGTYPE no\r\n+OK\r\n*-1\r\n*0\r\n$0\r\n\r\n",
    );
    const bytes = [...stream].map((byte) => Uint8Array.of(byte));
    expect(parse(bytes)).toEqual([["hello", -42, [null, new RedisError("WRONGTYPE no")]], "OK", null, [], ""]);
  });

  test("keeps integers exact", () => {
    const stream = utf8.encode(":9007199254740993\r\n:-9223372036854775808\r\n:9007199254740991\r\n:0\r\n:+7\r\n");
    expect(parse([stream])).toEqual([9007199254740993n, -9223372036854775808n, 9007199254740991, 0, 7]);
  });

  test("keeps a byte order mark and replaces only what is not UTF-8", () => {
    const body = Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff);
    expect(parse([write(body)])).toEqual(["\ufeffa\ufffd"]);
    expect(parse([write(body)], "bytes")).toEqual([body]);
  });

  test("reads a large bulk string in many chunks in linear time", () => {
    const body = new Uint8Array(8 << 20).fill(7);
    const stream = write(body);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += 4096) chunks.push(stream.slice(at, at + 4096));
    const [read] = parse(chunks, "bytes");
    expect(read instanceof Uint8Array && read.length).toBe(body.length);
  });

  test("asks for the decoding of each reply", () => {
    const decodings: Decoding[] = ["text", "bytes", "raw"];
    const replies: Reply[] = [];
    const parser = new RespParser({
      decoding: () => decodings.shift() ?? "text",
      reply: (reply) => replies.push(reply),
    });
    parser.push(utf8.encode("$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n"));
    expect(replies).toEqual(["a", utf8.encode("a"), utf8.encode("$1\r\na\r\n")]);
  });

  test("gives an error reply its code", () => {
    const [error] = parse([utf8.encode("-NOSCRIPT No matching script.\r\n")]);
    expect(error).toBeInstanceOf(RedisError);
    expect(error instanceof RedisError && error.code).toBe("NOSCRIPT");
  });

  for (
    const stream of [
      "HTTP/1.1 400 Bad Request\r\n",
      ":12a\r\n",
      ":\r\n",
      "$-2\r\n",
      "$99999999999\r\n",
      "$1\r\nabc\r\n",
      "+a\rb\r\n",
    ]
  ) {
    test(`refuses ${JSON.stringify(stream)}`, () => {
      expect(() => parse([utf8.encode(stream)])).toThrow(RespProtocolError);
    });
  }
});

describe("CommandWriter", () => {
  test("writes what a parser of commands reads back", () => {
    const argument = fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array(), fc.integer(), fc.bigInt());
    fc.assert(fc.property(fc.array(fc.array(argument, { minLength: 1 }), { minLength: 1 }), (commands) => {
      const writer = new CommandWriter();
      writer.add(commands);
      const taken = writer.take();
      const stream = typeof taken === "string" ? utf8.encode(taken) : taken;
      const expected = commands.map((command) =>
        command.map((arg) => arg instanceof Uint8Array ? arg : utf8.encode(String(arg)))
      );
      expect(parse([stream], "bytes")).toEqual(expected);
      expect(writer.take()).toBe("");
    }));
  });

  test("names the place and the kind of an argument that cannot be sent, and writes nothing", () => {
    const writer = new CommandWriter();
    const broken: unknown[] = ["SET", "key", { secret: "hidden" }];
    const commands: unknown = [["GET", "a"], broken];
    expect(() => Reflect.apply(writer.add, writer, [commands])).toThrow(
      new TypeError("Cannot send a command as argument 2 must be a string, a number or bytes: current value is Object"),
    );
    expect(writer.take()).toBe("");
    expect(() => encodeCommand([])).toThrow(RangeError);
  });
});
