/**
 * Knows the scripts that went through the gateway: under which SHA their clients know them, and under which Redis
 * does.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { RedisError } from "../brokers/redis/redis_error.ts";
import type { Command, CommandArg, Reply } from "../brokers/redis/resp.ts";
import { binaryTextOf, textOf, wordAt } from "./command_words.ts";
import type { ScriptWrapper } from "./script_wrapper.ts";

/** A command as it is sent, and what its answer has to go through on the way back. */
export interface Translation {
  readonly command: Command;
  /** Set for a run of a script: its answer is `{counts, result}`. */
  readonly run?: { readonly id: string; readonly label: string };
  /** Changes an answer that names scripts. */
  readonly restore?: (reply: Reply) => Reply;
}

interface Script {
  readonly sha: string;
  readonly wrapped: Buffer;
  readonly wrappedSha: string;
  readonly label: string;
}

/**
 * Enough for any client that reuses its scripts; one that makes a new text each time only makes the oldest forgotten.
 */
const CAPACITY = 10_000;
const KEPT_TEXT = 16_384;
/** The first byte of a raw array, in which no length may change; and of a raw bulk string. */
const STAR = 42;
const DOLLAR = 36;

/** The book. */
export class ScriptBook {
  readonly #wrapper: ScriptWrapper;
  /** By the client's SHA, oldest first. */
  readonly #scripts = new Map<string, Script>();
  /** The SHA of a text seen before, as hashing is most of the work of an `EVAL`. */
  readonly #shas = new Map<string, string>();

  /** Takes what wraps the scripts. */
  constructor(wrapper: ScriptWrapper) {
    this.#wrapper = wrapper;
  }

  /** Translates a command that runs, loads or names scripts; any other comes back as it is. */
  translate(command: Command): Translation {
    switch (wordAt(command, 0)) {
      case "EVAL":
      case "EVAL_RO":
        return this.#eval(command);
      case "EVALSHA":
      case "EVALSHA_RO":
        return this.#evalSha(command);
      case "SCRIPT":
        return this.#script(command);
      case "FCALL":
      case "FCALL_RO":
        return { command, run: { id: `function:${argText(command, 1)}`, label: argText(command, 1) } };
      case "FUNCTION":
        return this.#function(command);
      default:
        return { command };
    }
  }

  #eval(command: Command): Translation {
    const [name, source, ...rest] = command;
    if (name === undefined || source === undefined) return { command };
    const script = this.#learn(source);
    return { command: [name, script.wrapped, ...rest], run: { id: script.sha, label: script.label } };
  }

  #evalSha(command: Command): Translation {
    const [name, , ...rest] = command;
    const sha = argText(command, 1).toLowerCase();
    const script = this.#scripts.get(sha);
    if (name === undefined || sha === "") return { command };
    return {
      command: [name, script?.wrappedSha ?? unknownSha(sha), ...rest],
      run: { id: sha, label: script?.label ?? "" },
    };
  }

  #script(command: Command): Translation {
    const [name, verb, ...args] = command;
    const [source] = args;
    if (name === undefined || verb === undefined || source === undefined) return { command };
    if (wordAt(command, 1) === "LOAD") {
      const script = this.#learn(source);
      const restore = (reply: Reply) => reply instanceof RedisError ? reply : like(reply, script.sha);
      return { command: [name, verb, script.wrapped, ...args.slice(1)], restore };
    }
    if (wordAt(command, 1) !== "EXISTS") return { command };
    const known = args.map((arg) => {
      const sha = textOf(arg).toLowerCase();
      return this.#scripts.get(sha)?.wrappedSha ?? unknownSha(sha);
    });
    return { command: [name, verb, ...known] };
  }

  #function(command: Command): Translation {
    const verb = wordAt(command, 1);
    if (verb === "LIST") return { command, restore: (reply) => this.#restoreCode(reply) };
    const source = command.at(-1);
    if (verb !== "LOAD" || source === undefined || command.length < 3) return { command };
    const wrapped = this.#wrapper.wrapLibrary(binaryTextOf(source));
    return { command: [...command.slice(0, -1), Buffer.from(wrapped, "latin1")] };
  }

  /** Takes the prelude out of every code of `FUNCTION LIST WITHCODE`. */
  #restoreCode(reply: Reply): Reply {
    if (Array.isArray(reply)) return reply.map((item) => this.#restoreCode(item));
    if (typeof reply === "string") return this.#wrapper.unwrapLibrary(reply);
    if (!(reply instanceof Uint8Array) || reply[0] === STAR) return reply;
    return new Uint8Array(Buffer.from(this.#wrapper.unwrapLibrary(binaryTextOf(reply)), "latin1"));
  }

  #learn(source: CommandArg): Script {
    const text = binaryTextOf(source);
    const sha = this.#shas.get(text) ?? sha1(text);
    const known = this.#scripts.get(sha);
    if (known !== undefined) return known;
    const wrapped = Buffer.from(this.#wrapper.wrapScript(text, sha), "latin1");
    const script = { sha, wrapped, wrappedSha: createHash("sha1").update(wrapped).digest("hex"), label: labelOf(text) };
    keep(this.#scripts, sha, script);
    if (text.length <= KEPT_TEXT) keep(this.#shas, text, sha);
    return script;
  }
}

function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  if (map.size <= CAPACITY) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

/** The text in the form in which the reply came: text, or the bytes of a bulk string, raw or not. */
function like(reply: Reply, text: string): Reply {
  if (!(reply instanceof Uint8Array)) return text;
  return new Uint8Array(Buffer.from(reply[0] === DOLLAR ? `$${text.length}\r\n${text}\r\n` : text));
}

function labelOf(source: string): string {
  const comment = /^[^\S\n]*--+[^\S\n]*(\S[^\n]*)/m.exec(source.slice(0, 2_000))?.[1];
  return comment === undefined ? "" : Buffer.from(comment.slice(0, 80), "latin1").toString("utf8").trim();
}

/**
 * A SHA that Redis is sure not to know: a script loaded past the gateway is unknown here, for it would not be counted.
 */
function unknownSha(sha: string): string {
  return sha1(`unknown ${sha}`);
}

function sha1(text: string): string {
  return createHash("sha1").update(text, "latin1").digest("hex");
}

function argText(command: Command, i: number): string {
  const arg = command[i];
  return arg === undefined ? "" : textOf(arg);
}
