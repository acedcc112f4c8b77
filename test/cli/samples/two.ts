import { Umbel } from "../../../mod.ts";
export const a = new Umbel("a");
export const b = new Umbel("b");
