/** The benchmark of the codec in workerd. */

import { measure } from "./codec_runs.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    return new Response(await measure("workerd", await request.json()));
  },
};
