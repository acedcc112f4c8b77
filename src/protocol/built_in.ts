/** The names of the tasks that Umbel brings along: every worker has them. @module */

/** Hands on what it gets, to more letters than one message names, or as the list of all that came to a gate. */
export const RELAY = "umbel.relay";

/** Calls a task with each item of a list, one after the other. */
export const MAP = "umbel.map";

/** Calls a task with the items of each list in a list, one after the other. */
export const STARMAP = "umbel.starmap";

/** Ends a workflow whose sender was lost before all of it had come in. */
export const UNSENT = "umbel.unsent";

/** Turns into a workflow that it gets as an argument. */
export const LAUNCH = "umbel.launch";
