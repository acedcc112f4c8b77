/** The contracts that the edge and the worker of this folder share. Put your own in their place. @module */
import * as z from "zod/mini";
import { type Contract, defineTask } from "../src/client/mod.ts";

/** Adds two numbers. */
export const add: Contract<[number, number], number, [number, number], number | PromiseLike<number>> = defineTask(
  "math.add",
  { args: [z.number(), z.number()], returns: z.number() },
);

/** An order, as the edge takes it. */
export interface Order {
  readonly id: number;
  readonly email: string;
}

/** Sends the receipt of an order. */
export const receipt: Contract<[Order], string, [Order], string | PromiseLike<string>> = defineTask("mail.receipt", {
  args: [z.object({ id: z.int(), email: z.email() })],
  returns: z.string(),
});
