/** What a rule is given: the files and the facts of their syntax. */

import { type Facts, readFacts } from "./facts.ts";
import { type Files, readTree } from "./tree.ts";

/** The files of the tree, or of a sample, with what was read from them. */
export interface House {
  readonly files: Files;
  readonly facts: ReadonlyMap<string, Facts>;
}

/** A problem in words that begin with its place: `path:line: what is wrong`. */
export type Problem = string;

/** A rule of the house. It is pure: the same house, the same problems. */
export type Rule = (house: House) => readonly Problem[];

async function build(files: Files): Promise<House> {
  return { files, facts: await readFacts(files) };
}

/** The house as it stands. */
export function realHouse(): Promise<House> {
  return build(readTree());
}

/** A house made of a few texts, to see a rule fail. */
export function sampleHouse(files: Record<string, string>): Promise<House> {
  return build(new Map(Object.entries(files)));
}
