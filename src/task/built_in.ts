/** The contracts of the tasks that every worker has. @module */
import * as z from "zod/mini";
import { LAUNCH, MAP, STARMAP } from "../protocol/built_in.ts";
import { definitionOf, type TaskDefinition } from "./definition.ts";

const items = z.array(z.unknown());

/** Calls the task of a name with each item. */
export const mapTask: TaskDefinition = definitionOf(MAP, { args: [items, z.string()] }, true);

/** Calls the task of a name with the items of each list. */
export const starmapTask: TaskDefinition = definitionOf(STARMAP, { args: [z.array(items), z.string()] }, true);

/** Turns into the workflow that its last argument is, with those before it as the workflow's arguments. */
export const launchTask: TaskDefinition = definitionOf(LAUNCH, { rest: z.unknown() }, true);
