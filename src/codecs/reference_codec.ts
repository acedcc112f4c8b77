/** The plug for what keeps values elsewhere, and brings them back. @module */
import type { Reference } from "../protocol/reference.ts";
import type { RichValue } from "./kinds.ts";
import type { Reviver } from "./tagged_reader.ts";

/** For whom a value is kept. */
export interface Holders {
  /** The task whose message or result it is for; what is stored belongs to it. */
  readonly owner?: string | undefined;
  /** Tasks that are to get the same value later: what it refers to is kept for them too. */
  readonly heirs?: readonly string[] | undefined;
}

/** What is to be kept elsewhere, in the tree of one value. */
export interface StoreRequest {
  readonly tree: unknown;
  /** Whether a value goes to the store. Within one that does, nothing else is looked for. */
  readonly wanted: (value: RichValue) => boolean;
  readonly holders: Holders;
}

/** A tree without what went to the store. */
export interface StoredTree {
  readonly tree: unknown;
  readonly refs: readonly Reference[];
  /** Whether it still holds values that JSON cannot carry. The references stand in it as such, too, then. */
  readonly rich: boolean;
}

/** What a reference becomes when its value is decoded. */
export interface ResolveRequest {
  readonly reference: Reference;
  /** Make a handle of it, whatever it is: nothing is read. */
  readonly lazy: boolean;
  readonly reviver: Reviver;
}

/** Keeps values in a blob store. */
export interface ReferenceCodec {
  /** Stores what is wanted of a tree, which it changes. */
  store(request: StoreRequest): Promise<StoredTree>;
  /** Stores the whole of an encoded value. */
  storeContent(content: Uint8Array<ArrayBuffer>, enc: string | undefined, holders: Holders): Promise<Reference>;
  /** Notes that others need what references stand for, besides the tasks that it was stored for. */
  hold(refs: readonly Reference[], holders: Holders): Promise<void>;
  /** What a reference stands for: a handle, or what it is. */
  resolve(request: ResolveRequest): Promise<unknown>;
  /** The bytes that a reference stands for, checked. */
  load(reference: Reference): Promise<Uint8Array<ArrayBuffer>>;
}
