/** What a message says of those that follow it, read with patience: also of a message that cannot be read otherwise. @module */
import { isPlainObject, parseJson } from "../base/json.ts";
import type { Hop } from "../broker.ts";
import type { MessageGate, MessageHop } from "../protocol/message.ts";

/** What follows a message. */
export interface Edges {
  readonly task: string;
  readonly next: readonly MessageHop[];
  readonly fail: readonly MessageHop[];
  readonly gate: MessageGate | undefined;
  readonly enter: number;
  readonly relay: boolean;
  readonly root: string | undefined;
  readonly flow: string | undefined;
  readonly parent: string | undefined;
  readonly group: { readonly id: string; readonly index: number } | undefined;
}

/** The edges of a message's text; none of one that is no JSON. */
export function edgesOf(text: string): Edges {
  const { task, next, fail, gate, enter, relay, root, flow, parent, group } = objectOf(text);
  return {
    task: typeof task === "string" ? task : "an unreadable task",
    next: hopsOf(next),
    fail: hopsOf(fail),
    gate: isGate(gate) ? gate : undefined,
    enter: typeof enter === "number" ? enter : 0,
    relay: relay === true,
    root: typeof root === "string" ? root : undefined,
    flow: typeof flow === "string" ? flow : undefined,
    parent: typeof parent === "string" ? parent : undefined,
    group: isPlace(group) ? group : undefined,
  };
}

/** A hop as a broker takes it. */
export function plainHop({ id, queue, priority }: MessageHop): Hop {
  return { id, queue, priority };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(text);
    return isPlainObject(value) ? value : {};
  } catch {
    return {};
  }
}

function hopsOf(value: unknown): readonly MessageHop[] {
  return Array.isArray(value) ? value.filter(isHop) : [];
}

function isHop(value: unknown): value is MessageHop {
  return isPlainObject(value) && typeof value.id === "string" && typeof value.queue === "string" &&
    typeof value.priority === "number";
}

function isPlace(value: unknown): value is { id: string; index: number } {
  return isPlainObject(value) && typeof value.id === "string" && typeof value.index === "number";
}

function isGate(value: unknown): value is MessageGate {
  return isPlainObject(value) && isPlace(value) && "hop" in value && isHop(value.hop);
}
