/** Rich values as MessagePack. @module */
import { packTree, unpackTree } from "./msgpack.ts";
import type { RichCodec } from "./rich_codec.ts";
import { fromTagged } from "./tagged_reader.ts";
import { toTagged } from "./tagged_writer.ts";

/** Carries rich values as MessagePack: all kinds there are, equal after a round trip on every runtime. */
export const msgpackCodec: RichCodec = {
  name: "msgpack",
  encode: (tree) => packTree(toTagged(tree)),
  decode: (bytes, reviver) => fromTagged(unpackTree(bytes), reviver),
};
