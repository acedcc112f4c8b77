/** What a check of the broker found. @module */

/** What a check found, and what to do about it. */
export interface Finding {
  /** `ok`: nothing to do; `note`: worth knowing; `change`: tasks may be lost or cannot run as it is. */
  readonly level: "ok" | "note" | "change";
  /** What was checked. */
  readonly what: string;
  /** How it is. */
  readonly found: string;
  /** What to change. */
  readonly advice?: string;
}

/** Nothing to do. */
export function fine(what: string, found: string): Finding {
  return { level: "ok", what, found };
}

/** Worth knowing, and perhaps changing. */
export function note(what: string, found: string, advice?: string): Finding {
  return { level: "note", what, found, ...(advice && { advice }) };
}

/** Has to be changed. */
export function change(what: string, found: string, advice: string): Finding {
  return { level: "change", what, found, advice };
}
