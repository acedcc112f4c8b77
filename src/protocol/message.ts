/**
 * The message: one task invocation on its way, as JSON in one line.
 *
 * Its id, queue and priority stand in the letter around it (see `src/broker.ts`), so a stored message does not repeat
 * them. Fields with their default value are left out. A field that this version does not know survives a retry.
 *
 * @module
 */
import { isPlainObject, parseJson } from "../base/json.ts";
import { type Encoded, encodedFields } from "./encoded.ts";
import { type FieldChecker, fieldChecker, list, record, table } from "./fields.ts";

/** The version of the envelope that this code writes, and the only one it reads. */
export const MESSAGE_VERSION = 1;

/** A held letter that a message sends on. */
export interface MessageHop {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
  /** A later message may send it too: one that does not need it leaves it where it is. */
  readonly keep?: boolean | undefined;
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
  /** The first task of the workflow it was sent with, where that was sent by a task of another, whose root it has. */
  readonly flow?: string | undefined;
  /** The task that sent it, where there is one. */
  readonly parent?: string | undefined;
  /** The group it is a member of. */
  readonly group?: { readonly id: string; readonly index: number } | undefined;
  /** Held letters that get its result when it succeeds. */
  readonly next?: readonly MessageHop[] | undefined;
  /** Held letters that get its failure when it fails. */
  readonly fail?: readonly MessageHop[] | undefined;
  readonly gate?: MessageGate | undefined;
  /** It begins a member of a chord; of several at once, where the member begins with a chord. */
  readonly enter?: number | undefined;
  /** The caller wants no result. */
  readonly ignore?: boolean | undefined;
  /** It takes nothing from its predecessor. */
  readonly immutable?: boolean | undefined;
  /** It has no handler: its value is what it gets. */
  readonly relay?: boolean | undefined;
  /** The user's own headers, and the W3C trace context. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who sent it. */
  readonly origin?: string | undefined;
  /** Proves who sealed the message, where sealing is on. */
  readonly seal?: MessageSeal | undefined;
}

/** The place of a task in a group: told by itself, or by the gate of the chord whose member it is. */
export function placeInGroup({ group, gate }: Pick<Message, "group" | "gate">): Message["group"] {
  return group ?? (gate && { id: gate.id, index: gate.index });
}

/** A signature over a message. */
export interface MessageSeal {
  readonly alg: string;
  readonly key: string;
  readonly sig: string;
  /** When it was sealed or is due, whichever is later, in milliseconds since the Unix epoch. */
  readonly at: number;
}

const checkMessage: FieldChecker<Message> = fieldChecker((kinds) => {
  const { text, number, flag } = kinds;
  const hop = record({ id: text, queue: text, priority: number, keep: flag }, ["keep"]);
  return {
    v: number,
    id: text,
    task: text,
    ...encodedFields(kinds),
    attempt: number,
    retries: number,
    eta: number,
    limits: record({ soft: number, hard: number }, ["soft", "hard"]),
    root: text,
    flow: text,
    parent: text,
    group: record({ id: text, index: number }),
    next: list(hop),
    fail: list(hop),
    gate: record({ id: text, index: number, hop }),
    enter: number,
    ignore: flag,
    immutable: flag,
    relay: flag,
    headers: table(text),
    origin: text,
    seal: record({ alg: text, key: text, sig: text, at: number }),
  };
}, ["v", "id", "task"]);

/** A message that cannot be written or read: not JSON, of an unknown version, or not of the message's form. */
export class MessageError extends TypeError {
  override readonly name: string = "MessageError";
}

/**
 * The text of a message, as a letter carries it: JSON without the id.
 *
 * @throws {MessageError} when a field cannot be one of a message: no worker could read it
 */
export function encodeMessage(message: Message): string {
  const failed = checkMessage.failed(message);
  if (failed !== "") throw misshapen(`send ${message.task}`, failed);
  return JSON.stringify({ ...message, id: undefined });
}

/** What many messages have in common: all but their ids and bodies. */
export type MessageFrame = Omit<Message, "id" | keyof Encoded>;

/** Writes a message of its body, and of what else it does not share with others. */
export type WriteMessage = (body: Encoded, own?: Partial<Message>) => string;

/**
 * Writes messages that differ in their bodies, and in their places in a workflow; what they have in common is checked and
 * written once.
 *
 * @throws {MessageError} when a field is not of the message's form
 */
export function messageWriter(frame: MessageFrame): WriteMessage {
  const { v, task, ...rest } = frame;
  const failed = checkMessage.failed({ ...frame, id: "" });
  if (failed !== "") throw misshapen(`send ${task}`, failed);
  const head = JSON.stringify({ v, task }).slice(0, -1);
  const tail = joined(JSON.stringify(rest).slice(1, -1));
  return (body, own) => `${head}${fieldsOf(body)}${tail}${own === undefined ? "" : fieldsOf(own)}}`;
}

function fieldsOf(part: Encoded | Partial<Message>): string {
  return joined(JSON.stringify(part).slice(1, -1));
}

function joined(fields: string): string {
  return fields === "" ? "" : `,${fields}`;
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
  throw misshapen(`read message ${id}`, checkMessage.failed(raw));
}

function misshapen(action: string, field: string): MessageError {
  return new MessageError(`Cannot ${action} as its field ${field} must be of the message's form`);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const raw = parseJson(text);
    if (isPlainObject(raw)) return raw;
  } catch {
    // Told below, without the text: a payload never stands in an error.
  }
  throw new MessageError(`Cannot read a message as its text must be a JSON object: current length is ${text.length}`);
}

function shown(version: unknown): string {
  return typeof version === "number" ? String(version) : typeof version;
}
