/**
 * What schemas of content bring with them, so that contracts without any do without its code: it is registered when the
 * first such schema is made.
 *
 * @module
 */
import type { PathStep } from "../protocol/reference.ts";
import type { Awaitable, Schema } from "./schema.ts";

/** What knows where schemas ask for content. */
export interface ContentHook {
  /** Whether a schema asks for content, itself or anywhere within. */
  asks(schema: Schema): boolean;
  /** Whether a schema asks for content at a place in its value. */
  asksAt(schema: Schema, path: readonly PathStep[]): boolean;
  /** Runs a check of values by their sender so that none of the content in them is read. */
  unread<T>(
    values: readonly { readonly schema: Schema; readonly value: unknown }[],
    check: () => Awaitable<T>,
  ): Awaitable<T>;
}

/** What was registered; nothing where no schema of content was ever made. */
export const content: { hook?: ContentHook } = {};
