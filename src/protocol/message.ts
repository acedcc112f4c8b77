/**
 * The message: one task invocation on its way, as JSON in one line.
 *
 * Its id, queue and priority stand in the letter around it (see `src/broker.ts`), so a stored message does not repeat
 * them. Fields with their default value are left out. A field that this version does not know survives a retry.
 *
 * @module
 */
import * as z from "zod/mini";
import { parseJson } from "../base/json.ts";
import { type Encoded, encodedShape } from "./encoded.ts";
import { type FieldChecker, fieldChecker } from "./fields.ts";

/** The version of the envelope that this code writes, and the only one it reads. */
export const MESSAGE_VERSION = 1;

/** A held letter that a message sends on. */
export interface MessageHop {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
}

/** The gate that a chord's member arrives at, at which index, and what the gate sends when it opens. */
export interface MessageGate {
  readonly id: string;
  readonly index: number;
  readonly hop: MessageHop;
}

/** How long a task may run, in milliseconds. */
export interface MessageLimits {
  /** When its signal is aborted, so that it can end by itself. */
  readonly soft?: number | undefined;
  /** When it is given up. */
  readonly hard?: number | undefined;
}

/** One task invocation on its way. */
export interface Message extends Encoded {
  readonly v: 1;
  /** The id of the task; it stands in the letter, not in the text. */
  readonly id: string;
  /** The name of the task to run. */
  readonly task: string;
  /** How many times it has been retried before. */
  readonly attempt?: number | undefined;
  /** Overrides how many retries the task allows. */
  readonly retries?: number | undefined;
  /** When it was to run at the earliest, in milliseconds since the Unix epoch by the sender's clock; for show. */
  readonly eta?: number | undefined;
  readonly limits?: MessageLimits | undefined;
  /** The first task of its workflow, where that is another one. */
  readonly root?: string | undefined;
  /** The task that sent it, where there is one. */
  readonly parent?: string | undefined;
  /** The group it is a member of. */
  readonly group?: { readonly id: string; readonly index: number } | undefined;
  /** Held letters that get its result when it succeeds. */
  readonly next?: readonly MessageHop[] | undefined;
  /** Held letters that get its failure when it fails. */
  readonly fail?: readonly MessageHop[] | undefined;
  readonly gate?: MessageGate | undefined;
  /** The caller wants no result. */
  readonly ignore?: boolean | undefined;
  /** It takes nothing from its predecessor. */
  readonly immutable?: boolean | undefined;
  /** The user's own headers, and the W3C trace context. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who sent it. */
  readonly origin?: string | undefined;
  /** Proves who sealed the message, where sealing is on. */
  readonly seal?: MessageSeal | undefined;
}

/** A signature over a message. */
export interface MessageSeal {
  readonly alg: string;
  readonly key: string;
  readonly sig: string;
  /** When it was sealed, in milliseconds since the Unix epoch. */
  readonly at: number;
}

const hop = z.object({ id: z.string(), queue: z.string(), priority: z.number() });

const fields = {
  v: z.literal(MESSAGE_VERSION),
  id: z.string(),
  task: z.string().check(z.minLength(1)),
  ...encodedShape,
  attempt: z.optional(z.number()),
  retries: z.optional(z.number()),
  eta: z.optional(z.number()),
  limits: z.optional(z.object({ soft: z.optional(z.number()), hard: z.optional(z.number()) })),
  root: z.optional(z.string()),
  parent: z.optional(z.string()),
  group: z.optional(z.object({ id: z.string(), index: z.number() })),
  next: z.optional(z.array(hop)),
  fail: z.optional(z.array(hop)),
  gate: z.optional(z.object({ id: z.string(), index: z.number(), hop })),
  ignore: z.optional(z.boolean()),
  immutable: z.optional(z.boolean()),
  headers: z.optional(z.record(z.string(), z.string())),
  origin: z.optional(z.string()),
  seal: z.optional(z.object({ alg: z.string(), key: z.string(), sig: z.string(), at: z.number() })),
};

/** The schema of a {@link Message}; unknown fields pass. */
export const messageSchema: z.ZodMiniType<Message, Message> = z.looseObject(fields);

const checkMessage: FieldChecker<Message> = fieldChecker(fields, ["v", "id", "task"]);

/** A message that cannot be read: not JSON, of an unknown version, or not of the message's form. */
export class MessageError extends TypeError {
  override readonly name: string = "MessageError";
}

/** The text of a message, as a letter carries it: JSON without the id. */
export function encodeMessage(message: Message): string {
  return JSON.stringify({ ...message, id: undefined });
}

/**
 * The message of a letter.
 *
 * @throws {MessageError} when the text is none, or of a version that this code does not know
 */
export function decodeMessage(id: string, text: string): Message {
  const raw = parseObject(text);
  if (raw.v !== MESSAGE_VERSION) {
    throw new MessageError(
      `Cannot read message ${id} as its version must be ${MESSAGE_VERSION}: current value is ${shown(raw.v)}; ` +
        "update this worker, then revive the message from the dead letters",
    );
  }
  raw.id = id;
  if (checkMessage(raw)) return raw;
  throw new MessageError(
    `Cannot read message ${id} as its field ${checkMessage.failed(raw)} must be of the message's form`,
  );
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const raw = parseJson(text);
    if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw as Record<string, unknown>;
  } catch {
    // Told below, without the text: a payload never stands in an error.
  }
  throw new MessageError(`Cannot read a message as its text must be a JSON object: current length is ${text.length}`);
}

function shown(version: unknown): string {
  return typeof version === "number" ? String(version) : typeof version;
}
