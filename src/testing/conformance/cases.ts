/** How the cases of the conformance suite are written down. @module */

import type { BrokerOptions } from "../../broker.ts";
import type { Bench } from "./bench.ts";

/** What a case does: it returns when the broker behaves, and throws when it does not. */
export type RunCase = (bench: Bench) => Promise<void>;

/** A case, or one that needs a broker with options. */
export type Case = RunCase | { readonly options: BrokerOptions; readonly run: RunCase };

/** The cases of one area by their names; a name is a sentence, and no two are the same. */
export type Cases = Readonly<Record<string, Case>>;
