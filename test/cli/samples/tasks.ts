import * as z from "zod";
import { Umbel } from "../../../mod.ts";

export const app = new Umbel("sample", { broker: "memory:" });
export const other = new Umbel("other", { broker: "memory:" });

app.task("math.add", { args: [z.number(), z.number()], returns: z.number(), description: "Adds" }, (x, y) => x + y);
