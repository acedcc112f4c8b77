/** Finds variables of the environment that are taken for nothing, because their names are misspelt. @module */
import { DEFAULT_SETTINGS, type Env, variableOf } from "../app/settings.ts";

/** All variables that an app or the command line reads, beside those of Upstash and AWS. */
export const KNOWN_VARIABLES: readonly string[] = [
  ...Object.keys(DEFAULT_SETTINGS).map(variableOf),
  "UMBEL_APP",
  "UMBEL_BLOBS",
  "UMBEL_BROKER",
  "UMBEL_BROKER_TOKEN",
  "UMBEL_DEBUG",
  "UMBEL_REDIS",
  "UMBEL_SEAL_KEYS",
];

/** What Kubernetes tells every process of a service, which may well be named `umbel-broker`. */
const SERVICE = /_(?:SERVICE_HOST|SERVICE_PORT|PORT)(?:_|$)/;

/** So many letters of a known name may be wrong, however short it is; of a long one a quarter. */
const SLIPS = 2;

/**
 * What to say of variables that nothing reads and whose names are nearly those of others: a line for each. Their values are
 * not shown, and nothing is said of names that are like none: they may be somebody's own.
 */
export function unknownVariables(env: Env): string[] {
  return Object.keys(env).sort().flatMap((name) => {
    if (KNOWN_VARIABLES.includes(name) || SERVICE.test(name)) return [];
    const meant = misspelt(name) ?? lengthened(name);
    return meant === undefined ? [] : [`Nothing reads the variable ${name}: is ${meant} meant?`];
  });
}

/** The known name that is the fewest letters off, where those are few. */
function misspelt(name: string): string | undefined {
  const near = KNOWN_VARIABLES.map((known) => ({ known, off: editDistance(name, known) }))
    .filter(({ known, off }) => off <= SLIPS || (name.startsWith("UMBEL_") && off < known.length / 4))
    .sort((one, other) => one.off - other.off);
  return near[0]?.known;
}

/** The known name to which one adds a word, such as `_URL`. */
function lengthened(name: string): string | undefined {
  return KNOWN_VARIABLES.filter((known) => name.startsWith(`${known}_`)).sort((a, b) => b.length - a.length)[0];
}

/** How many letters have to be put in, left out or changed to make one word the other. */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
