/**
 * The signature: a call or a workflow as data, before it is sent. It is plain JSON as far as its arguments are, and so
 * it can itself be an argument of a task.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Duration } from "../base/duration.ts";
import type { SerializationPolicy } from "./serialization_policy.ts";

/** The options that a signature keeps; dates in milliseconds since the Unix epoch. */
export interface SignatureOptions {
  readonly countdown?: Duration | undefined;
  readonly eta?: number | undefined;
  readonly expires?: Duration | number | undefined;
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
  readonly id?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly ignoreResult?: boolean | undefined;
  readonly retries?: number | undefined;
  readonly serialization?: SerializationPolicy | undefined;
  readonly softTimeLimit?: Duration | undefined;
  readonly timeLimit?: Duration | undefined;
}

/** What a task says of all its calls, as far as sending one needs it. */
export interface SignatureDefaults {
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
  readonly expires?: Duration | undefined;
  readonly softTimeLimit?: Duration | undefined;
  readonly timeLimit?: Duration | undefined;
  readonly ignoreResult?: boolean | undefined;
  readonly serialization?: SerializationPolicy | undefined;
}

/** What any signature may carry beside its own. */
export interface SignatureExtras {
  readonly options?: SignatureOptions | undefined;
  /** Is sent the result. */
  readonly link?: readonly SignatureTree[] | undefined;
  /** Is sent the failure. */
  readonly linkError?: readonly SignatureTree[] | undefined;
}

/** One task, with the last of its arguments. */
export interface TaskTree extends SignatureExtras {
  readonly kind: "task";
  readonly task: string;
  readonly args?: readonly unknown[] | undefined;
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** It takes no further arguments, and nothing from a predecessor. */
  readonly immutable?: boolean | undefined;
  /** What its contract says of all calls, for whoever gets the signature without it. */
  readonly defaults?: SignatureDefaults | undefined;
}

/** One after the other, each with the result of the one before. */
export interface ChainTree extends SignatureExtras {
  readonly kind: "chain";
  readonly steps: readonly SignatureTree[];
}

/** Side by side. */
export interface GroupTree extends SignatureExtras {
  readonly kind: "group";
  readonly members: readonly SignatureTree[];
}

/** Side by side, then the body with all results. */
export interface ChordTree extends SignatureExtras {
  readonly kind: "chord";
  readonly header: GroupTree;
  readonly body: SignatureTree;
}

/** A signature as data. */
export type SignatureTree = TaskTree | ChainTree | GroupTree | ChordTree;

/** A signature, or its data. */
export type SignatureLike = SignatureTree | { toJSON(): SignatureTree };

/**
 * The schema of a signature that is an argument of a task. The caller gives the signature, the handler gets its data, and
 * `app.signature` makes a signature of it again.
 */
export const signatureSchema: z.ZodMiniType<SignatureLike, SignatureLike> = /* @__PURE__ */ z.custom<SignatureLike>(
  (value) => isSignatureTree(treeOf(value)),
  "a signature",
);

function treeOf(value: unknown): unknown {
  return isRecord(value) && typeof value.toJSON === "function" ? value.toJSON() : value;
}

const LISTS = ["link", "linkError", "steps", "members"] as const;

/** Whether a value has the form of a signature: the kinds and what each must have, not what its options mean. */
export function isSignatureTree(value: unknown): value is SignatureTree {
  return faultOf(value) === undefined;
}

/** What is wrong with a value that should have the form of a signature: the path, and what must be there. */
export function signatureFault(value: unknown): string | undefined {
  return faultOf(value)?.replace(/^[. ]/, "");
}

function faultOf(value: unknown): string | undefined {
  if (!isRecord(value)) return " must be an object";
  for (const key of LISTS) {
    const fault = value[key] === undefined ? undefined : faultIn(value[key], key);
    if (fault !== undefined) return fault;
  }
  if (value.options !== undefined && !isRecord(value.options)) return ".options must be an object";
  switch (value.kind) {
    case "task":
      return taskFault(value);
    case "chain":
      return Array.isArray(value.steps) && value.steps.length > 0 ? undefined : ".steps must be a list of at least one";
    case "group":
      return value.members === undefined ? ".members must be a list" : undefined;
    case "chord":
      return chordFault(value);
    default:
      return ".kind must be task, chain, group or chord";
  }
}

function taskFault({ task, args, kwargs }: Record<string, unknown>): string | undefined {
  if (typeof task !== "string" || task === "") return ".task must be the name of one";
  if (args !== undefined && !Array.isArray(args)) return ".args must be a list";
  return kwargs !== undefined && !isRecord(kwargs) ? ".kwargs must be an object" : undefined;
}

function chordFault({ header, body }: Record<string, unknown>): string | undefined {
  const fault = faultOf(header);
  if (fault !== undefined) return `.header${fault}`;
  if (isRecord(header) && header.kind !== "group") return ".header.kind must be group";
  const other = faultOf(body);
  return other === undefined ? undefined : `.body${other}`;
}

function faultIn(list: unknown, key: string): string | undefined {
  if (!Array.isArray(list)) return `.${key} must be a list`;
  for (const [index, one] of list.entries()) {
    const fault = faultOf(one);
    if (fault !== undefined) return `.${key}[${index}]${fault}`;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
