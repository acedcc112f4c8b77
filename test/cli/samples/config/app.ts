import { Umbel } from "../../../../mod.ts";

export const app = new Umbel("configured", { concurrency: 3 });
export const given = new Umbel("given", { broker: "memory:" });
