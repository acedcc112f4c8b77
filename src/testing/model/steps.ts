/** The steps that the model-based test takes in random order. @module */

import type { Choices } from "./fast_check.ts";
import type { World } from "./world.ts";

/** One kind of step: tells the world what it is about to do, if there is something to do, and does it. */
export type Step = (world: World, choices: Choices) => Promise<void>;
