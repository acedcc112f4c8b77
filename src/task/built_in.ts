/** The contracts of the tasks that every worker has. @module */
import * as z from "zod/mini";
import { LAUNCH, MAP, STARMAP, UNSENT } from "../protocol/built_in.ts";
import { definitionOf, type TaskDefinition } from "./definition.ts";

const items = z.array(z.unknown());

/** Calls the task of a name with each item. */
export const mapTask: TaskDefinition = definitionOf(MAP, { args: [items, z.string()] }, true);

/** Calls the task of a name with the items of each list. */
export const starmapTask: TaskDefinition = definitionOf(STARMAP, { args: [z.array(items), z.string()] }, true);

/** What an unsent workflow is made of: enough to know all its ids. */
export interface Unsent {
  /** The id of the letter that marks it. */
  readonly mark: string;
  readonly seed: string;
  /** How many tasks it has; their ids are derived from the seed by their places. */
  readonly tasks: number;
  /** The ids that are not. */
  readonly ids: readonly string[];
  /** How many relays begin it. */
  readonly relays: number;
}

/** {@link Unsent}, as it travels. */
export const unsentSchema: z.ZodMiniType<Unsent> = z.object({
  mark: z.string(),
  seed: z.string(),
  tasks: z.number(),
  ids: z.array(z.string()),
  relays: z.number(),
});

/** Ends what is held of a workflow, while the letter is held that marks it as one that was not sent whole. */
export const unsentTask: TaskDefinition = definitionOf(UNSENT, { args: [unsentSchema] }, true);

/** Turns into the workflow that its last argument is, with those before it as the workflow's arguments. */
export const launchTask: TaskDefinition = definitionOf(LAUNCH, { rest: z.unknown() }, true);
