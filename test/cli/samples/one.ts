import { Umbel } from "../../../mod.ts";
export const only = new Umbel("only");
