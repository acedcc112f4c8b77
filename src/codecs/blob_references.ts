/** Keeps values in a blob store: puts them there with a checksum, and reads them back by it. @module */
import { type Chunk, chunksOf, streamOf } from "../base/byte_streams.ts";
import { newId } from "../base/ids.ts";
import type { BlobStore } from "../blob_store.ts";
import { BlobError, Ref, type RefReadOptions, type RefSource } from "../protocol/ref.ts";
import type { Reference } from "../protocol/reference.ts";
import { Checksum } from "./checksum.ts";
import { DecodeError, unknownEncoding } from "./decode_error.ts";
import { heldKey, valueKey } from "./blob_keys.ts";
import { RichValue } from "./kinds.ts";
import type { Holders, ReferenceCodec, ResolveRequest, StoredTree, StoreRequest } from "./reference_codec.ts";
import type { RichCodec } from "./rich_codec.ts";
import { findSlots, type Slot } from "./slots.ts";
import { isViewName, viewOf } from "./views.ts";

/** What {@link BlobReferences} works with. */
export interface BlobReferencesParams {
  readonly store: BlobStore;
  /** Writes values that are no bytes by themselves. */
  readonly rich: RichCodec;
}

/** As many blobs are put or read at once. */
const AT_ONCE = 4;

/** A blob of up to this many bytes is read whole before it is put, so that the store knows its length. */
const SMALL = 1_048_576;

/** What of a reference is known before its content is stored. */
type Draft = Pick<Reference, "kind" | "enc" | "type" | "name" | "modified">;

/** What is being stored for one value. */
interface Job {
  readonly owner: string | undefined;
  /** The keys of what has been stored so far. */
  readonly fresh: string[];
}

/** A {@link ReferenceCodec} over a blob store. */
export class BlobReferences implements ReferenceCodec {
  readonly #store: BlobStore;
  readonly #rich: RichCodec;

  constructor({ store, rich }: BlobReferencesParams) {
    this.#store = store;
    this.#rich = rich;
  }

  /** {@inheritDoc ReferenceCodec.store} */
  async store({ tree, wanted, holders }: StoreRequest): Promise<StoredTree> {
    const root: [unknown] = [tree];
    const { slots, rich } = findSlots(root, wanted);
    const refs = await this.#storeAll(slots, holders);
    for (const [number, slot] of slots.entries()) {
      slot.put(rich ? new RichValue(slot.value.kind, { form: "reference", number }) : null);
    }
    return { tree: root[0], refs, rich };
  }

  /** Stores each slot; what stands at several places is stored once. When one fails, the others are removed again. */
  async #storeAll(slots: readonly Slot[], holders: Holders): Promise<Reference[]> {
    const job: Job = { owner: holders.owner, fresh: [] };
    const stored = new Map<unknown, Promise<Reference>>();
    const once = (value: RichValue): Promise<Reference> => {
      const identity = value.content.form === "ref" ? value.content.ref.value ?? value.content.ref : value;
      const known = stored.get(identity) ?? this.#storeValue(value, job);
      stored.set(identity, known);
      return known;
    };
    try {
      const refs = await inTurns(slots, async ({ value, at }) => ({ ...await once(value), at }));
      await this.hold(refs, holders);
      return refs;
    } catch (error) {
      await Promise.allSettled(stored.values());
      // What cannot be removed now is an orphan, and is collected later.
      await this.#store.delete(job.fresh).catch(() => {});
      throw error;
    }
  }

  #storeValue(value: RichValue, job: Job): Promise<Reference> {
    const { kind, content } = value;
    if (content.form === "ref") return this.#storeRef(kind, content.ref, job);
    if (content.form === "view" || content.form === "buffer") {
      return this.#put(new Uint8Array(content.bytes), { kind }, job);
    }
    return this.#put(this.#rich.encode(value).slice(), { kind, enc: this.#rich.name }, job);
  }

  /** Content that is stored already stays where it is. */
  async #storeRef(kind: string, ref: Ref, job: Job): Promise<Reference> {
    if (ref.reference) return ref.reference;
    const { type, name, modified, value } = ref;
    const draft = { kind, type: type || undefined, name, modified };
    if (value instanceof Blob) {
      const small = value.size <= SMALL;
      return await this.#put(small ? new Uint8Array(await value.arrayBuffer()) : value.stream(), draft, job);
    }
    return await this.#put(value instanceof Uint8Array ? value : ref.stream(), draft, job);
  }

  async #put(body: Chunk | ReadableStream<Chunk>, draft: Draft, job: Job): Promise<Reference> {
    const key = `${valueKey(job.owner)}${newId()}`;
    const sum = new Checksum();
    const size = await this.#store.put(key, summed(body, sum), { type: draft.type });
    job.fresh.push(key);
    if (size !== sum.size) throw new Error("Cannot keep a value as the blob store must keep all of it: it kept less");
    return { key, size, sum: sum.digest(), ...draft };
  }

  /** {@inheritDoc ReferenceCodec.hold} */
  async hold(refs: readonly Reference[], { owner, heirs = [] }: Holders): Promise<void> {
    const passed = owner === undefined ? [] : refs.filter(({ key }) => !key.startsWith(valueKey(owner)));
    const marks = [
      ...passed.map(({ key }) => heldKey(key, owner)),
      ...refs.flatMap(({ key }) => heirs.map((heir) => heldKey(key, heir))),
    ];
    await inTurns([...new Set(marks)], (key) => this.#store.put(key, new Uint8Array()));
  }

  /** {@inheritDoc ReferenceCodec.storeContent} */
  async storeContent(content: Chunk, enc: string | undefined, holders: Holders): Promise<Reference> {
    const reference = await this.#put(content, { kind: "value", enc }, { owner: holders.owner, fresh: [] });
    await this.hold([reference], holders);
    return reference;
  }

  /** {@inheritDoc ReferenceCodec.resolve} */
  async resolve({ reference, lazy, reviver }: ResolveRequest): Promise<unknown> {
    const { kind, enc } = reference;
    if (enc !== undefined) {
      if (enc !== this.#rich.name) throw unknownEncoding(enc);
      return this.#rich.decode(await this.load(reference), reviver);
    }
    if (lazy || HANDLES.has(kind)) return this.#handle(reference);
    const { buffer } = await this.load(reference);
    if (kind === "ArrayBuffer") return buffer;
    if (isViewName(kind)) return viewOf(kind, buffer);
    throw new DecodeError(`Cannot decode a reference as its kind must be known here: current value is ${kind}`);
  }

  #handle(reference: Reference): Ref {
    const source: RefSource = { reference, open: (options) => this.#open(reference, options) };
    return new Ref(source, reference);
  }

  /** {@inheritDoc ReferenceCodec.load} */
  async load(reference: Reference): Promise<Chunk> {
    return await this.#handle(reference).bytes();
  }

  async #open(reference: Reference, { range, signal }: RefReadOptions): Promise<ReadableStream<Chunk>> {
    const { key, size } = reference;
    const opened = await this.#store.get(key, { range, signal });
    if (opened === null) throw new BlobError("missing", key, "it was removed, or is in another store");
    if (opened.info.size !== size) {
      await opened.body.cancel();
      throw new BlobError("corrupt", key, `it has ${opened.info.size} bytes where ${size} were stored`);
    }
    return range ? opened.body : streamOf({ chunks: checked(opened.body, reference), signal });
  }
}

/** What comes back as a handle, whatever the schema says. */
const HANDLES: ReadonlySet<string> = new Set(["Blob", "File", "ReadableStream", "Ref"]);

/** The same body, its checksum added up as it passes. */
function summed(body: Chunk | ReadableStream<Chunk>, sum: Checksum): Chunk | ReadableStream<Chunk> {
  if (body instanceof ReadableStream) return streamOf({ chunks: summing(body, sum) });
  sum.update(body);
  return body;
}

async function* summing(body: ReadableStream<Chunk>, sum: Checksum): AsyncGenerator<Chunk, void, undefined> {
  for await (const chunk of chunksOf(body)) {
    sum.update(chunk);
    yield chunk;
  }
}

/** The same chunks, and an error in place of the end where they are not what was stored. */
async function* checked(body: ReadableStream<Chunk>, reference: Reference): AsyncGenerator<Chunk, void, undefined> {
  const sum = new Checksum();
  for await (const chunk of chunksOf(body)) {
    sum.update(chunk);
    yield chunk;
  }
  if (sum.size !== reference.size || sum.digest() !== reference.sum) {
    throw new BlobError("corrupt", reference.key, "its checksum is another one");
  }
}

/** Does something for each item, a few at once, and gives the results in order. The first failure ends it. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
