/** As much of a binding of R2 as a blob store needs; the binding itself has all of it. @module */
import type { Chunk } from "../../base/byte_streams.ts";

/** What R2 knows of an object. */
export interface R2Object {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly uploaded: Date;
  readonly httpMetadata?: { readonly contentType?: string };
}

/** An object with its content. */
export interface R2ObjectBody extends R2Object {
  readonly body: ReadableStream<Chunk>;
}

/** What is told of an object when it is put. */
export interface R2PutOptions {
  readonly httpMetadata?: { readonly contentType?: string };
}

/** A part of an upload that is in. */
export interface R2Part {
  readonly partNumber: number;
  readonly etag: string;
}

/** An upload in parts. */
export interface R2Upload {
  uploadPart(partNumber: number, value: Chunk): Promise<R2Part>;
  complete(parts: R2Part[]): Promise<R2Object>;
  abort(): Promise<void>;
}

/** A binding of R2. */
export interface R2Bucket {
  put(key: string, value: Chunk, options?: R2PutOptions): Promise<R2Object | null>;
  get(
    key: string,
    options?: {
      readonly range?: { readonly offset: number; readonly length: number };
      readonly onlyIf?: { readonly etagMatches: string };
    },
  ): Promise<R2ObjectBody | R2Object | null>;
  head(key: string): Promise<R2Object | null>;
  delete(keys: string[]): Promise<void>;
  list(options: {
    readonly prefix: string;
    readonly limit: number;
    readonly startAfter?: string;
  }): Promise<{ readonly objects: R2Object[]; readonly truncated: boolean }>;
  createMultipartUpload(key: string, options?: R2PutOptions): Promise<R2Upload>;
}
