/** The policies for values that JSON cannot carry. It knows no schema: contracts are checked by it, and must stay small. @module */

/**
 * What becomes of values that JSON cannot carry.
 *
 * - `strict`: they are refused, with every path and kind.
 * - `rich`: they travel as MessagePack; binary ones over a threshold, and all that are read from elsewhere, as references.
 * - `reference`: each of them travels as a reference.
 *
 * Functions, symbols, cycles, and instances of unknown classes are refused under each.
 */
export type SerializationPolicy = (typeof SERIALIZATION_POLICIES)[number];

/** All policies there are. */
export const SERIALIZATION_POLICIES = ["strict", "rich", "reference"] as const;
