/** Contracts that a producer anywhere shares with a worker in Bun. */
import * as z from "zod/mini";
import { defineTask } from "../../../mod.ts";

export const add = defineTask("math.add", { args: [z.number(), z.number()], returns: z.number() });

export const total = defineTask("math.total", { args: [z.array(z.number())], returns: z.number() });

export const greet = defineTask("greet", {
  args: [z.string()],
  kwargs: z.object({ loud: z.boolean() }),
  returns: z.string(),
});

export const fail = defineTask("fail", { args: [z.string()] });
