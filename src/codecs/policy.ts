/** Decides what becomes of what a survey found: it travels, or the whole value is refused. @module */
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";
import type { FlagKind, RefusedKind, StoredKind } from "./kinds.ts";
import { type Refusal, SerializationError } from "./serialization_error.ts";
import type { Survey } from "./survey.ts";

/** What a serializer was given to send values with. */
export interface Abilities {
  /** It has a codec for rich values. */
  readonly rich: boolean;
  /** It has a blob store to keep what references stand for. */
  readonly store: boolean;
}

/**
 * Passes a survey that the policy lets through.
 *
 * @throws {SerializationError} with every place that it does not
 */
export function decide(found: Survey, policy: SerializationPolicy, abilities: Abilities, root: string): void {
  const refusals: Refusal[] = [];
  for (const [path, kind] of found.flags) {
    const advice = refuses(kind, policy, abilities);
    if (advice !== undefined) refusals.push({ path, kind, advice });
  }
  if (refusals.length === 0) return;
  const must = policy === "strict"
    ? 'all of it must be plain JSON by policy "strict"'
    : "all of it must be able to travel";
  throw new SerializationError(root, must, refusals, found.cause);
}

/** What to do about a value of this kind; undefined when it may travel. */
function refuses(kind: FlagKind, policy: SerializationPolicy, abilities: Abilities): string | undefined {
  if (isRefused(kind)) {
    return kind.startsWith("instance of ") ? adviceForInstance(kind) : ADVICE[kind] ?? "leave it out";
  }
  if (policy === "strict") return STRICT_ADVICE[kind] ?? 'send a text or a number for it, or use policy "rich"';
  if (kind === "lone surrogate") return undefined;
  if (!abilities.store && (policy === "reference" || isStored(kind))) return "give the app a blob store to keep it in";
  return abilities.rich || isStored(kind)
    ? undefined
    : "give the serializer a rich codec, or send a text or a number for it";
}

const STORED: ReadonlySet<string> = new Set<StoredKind>(["Blob", "File", "ReadableStream", "Ref"]);

function isStored(kind: FlagKind): boolean {
  return STORED.has(kind);
}

function isRefused(kind: FlagKind): kind is RefusedKind {
  return Object.hasOwn(ADVICE, kind) || kind.startsWith("instance of ");
}

const ADVICE: Readonly<Record<string, string>> = {
  function: "send data, and name a task to call",
  symbol: "send a text",
  cycle: "send ids in place of the objects that lead back",
  "__proto__ key": "rename it: a copy of the object would get another prototype",
  unreadable: "reading it threw",
  "detached buffer": "send it before its buffer is transferred, or a copy",
  SharedArrayBuffer: "send a copy of its bytes",
  "locked stream": "send a stream that nobody has begun to read",
  "too deep": "nest at most 512 levels",
  "too sparse": "send a Map of its indices and values",
};

const STRICT_ADVICE: Readonly<Record<string, string>> = {
  "lone surrogate": "repair it by toWellFormed()",
  undefined: "send null",
  "sparse array": "send null in its holes",
  Date: 'send its toISOString(), or use policy "rich"',
  URL: 'send its href, or use policy "rich"',
  Map: 'send its entries as an array, or use policy "rich"',
  Set: 'send its values as an array, or use policy "rich"',
};

function adviceForInstance(kind: string): string {
  return kind === "instance of Promise"
    ? "await it first"
    : "register a codec for the class, give it a toJSON method, or send a plain object";
}
