/** The producer's program in workerd, and requests that share one producer. */

import { Producer, upstashEdge } from "../../../src/client/mod.ts";
import { add } from "../edge/contracts.ts";
import { runProgram } from "../edge/program.ts";

interface Bindings {
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
}

/** One for all requests of this isolate, as an app has it. */
let shared: Producer | undefined;

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    const access = { url: bindings.UPSTASH_REDIS_REST_URL, token: bindings.UPSTASH_REDIS_REST_TOKEN };
    const [, path, x, y] = new URL(request.url).pathname.split("/");
    if (path === "program") return Response.json(await runProgram(access));
    const adds = (shared ??= new Producer({ broker: upstashEdge(access) })).use(add);
    if (path === "leave") {
      // Answered before anything has come back: what this request waits for is never done.
      void adds.delay(Number(x), Number(y)).then((result) => result.get());
      return new Response("left");
    }
    const result = await adds.delay(Number(x), Number(y));
    return Response.json(await result.get({ timeout: "40s" }));
  },
};
