/** Encodes and decodes the samples in workerd, and answers with every difference from the checked-in bytes. */

import { msgpackCodec } from "../../../src/codecs/msgpack_codec.ts";
import { createSerializer } from "../../../src/serializer.ts";
import { richSamples, sampleClasses } from "../rich_samples.ts";
import { difference } from "../same.ts";

const serializer = createSerializer({ rich: msgpackCodec, classes: sampleClasses() });

export default {
  async fetch(request: Request): Promise<Response> {
    const golden: Record<string, object> = await request.json();
    const wrong: string[] = [];
    for (const [name, value] of Object.entries(richSamples())) {
      const encoded = await serializer.encode(value);
      if (JSON.stringify(encoded) !== JSON.stringify(golden[name])) wrong.push(`${name} is written another way`);
      const found = difference(await serializer.decode(golden[name] ?? {}), value);
      if (found !== undefined) wrong.push(`${name} is read another way at ${found}`);
    }
    return Response.json({ agent: navigator.userAgent, samples: Object.keys(richSamples()).length, wrong });
  },
};
