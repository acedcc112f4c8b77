/** Runs the codec's samples in workerd, in a handler, and answers with what they came to. */

import { runSamples } from "../../codecs/wasm/samples.ts";

export default {
  async fetch(): Promise<Response> {
    return Response.json(await runSamples());
  },
};
