/** A million pieces of hostile input for the codec, three times what its own test feeds it: other ones in each run. */

import process from "node:process";

process.env["FUZZ_FACTOR"] ??= "3";
await import("../codecs/wasm/fuzz_test.ts");
