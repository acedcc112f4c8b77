/** Gives all property tests one seed, so that a run can be repeated; `UMBEL_SEED` names another, or `random`. */
import process from "node:process";
import fc from "fast-check";

const given = process.env.UMBEL_SEED ?? "20261127";

if (given !== "random") fc.configureGlobal({ seed: Number(given) });
