/** Finds the values in a surveyed tree that are to be kept elsewhere, and replaces them. @module */
import type { PathStep } from "../protocol/reference.ts";
import { RichValue } from "./kinds.ts";

/** A place in a tree where a value stands that is to be kept elsewhere. */
export interface Slot {
  readonly value: RichValue;
  /** Where that is; undefined within a `Map` and the like, where no path of keys and indices leads. */
  readonly at: readonly PathStep[] | undefined;
  /** Puts another value there. */
  put(value: unknown): void;
}

/** What was found in a tree. */
export interface Slots {
  readonly slots: readonly Slot[];
  /** Whether there is any other value that JSON cannot carry. */
  readonly rich: boolean;
}

/** The slots of the only item of `root` for which `wanted` says yes; within such a one, no others are looked for. */
export function findSlots(root: [unknown], wanted: (value: RichValue) => boolean): Slots {
  const finder = new Finder(wanted);
  finder.look(root[0], [], (value) => root[0] = value);
  return finder;
}

class Finder implements Slots {
  readonly slots: Slot[] = [];
  rich = false;
  readonly #wanted: (value: RichValue) => boolean;

  constructor(wanted: (value: RichValue) => boolean) {
    this.#wanted = wanted;
  }

  look(value: unknown, at: readonly PathStep[] | undefined, put: (value: unknown) => void): void {
    if (typeof value !== "object" || value === null) return;
    if (value instanceof RichValue) {
      if (this.#wanted(value)) this.slots.push({ value, at, put });
      else this.#lookInto(value);
    } else if (Array.isArray(value)) this.#lookAtItems(value, at);
    else this.#lookAtFields(value as Record<string, unknown>, at);
  }

  #lookInto({ content }: RichValue): void {
    this.rich = true;
    if ("items" in content) this.#lookAtItems(content.items, undefined);
    else if (content.form === "error") this.#lookAtFields(content.fields, undefined);
  }

  #lookAtItems(items: unknown[], at: readonly PathStep[] | undefined): void {
    for (let index = 0; index < items.length; index++) {
      this.look(items[index], at && [...at, index], (value) => items[index] = value);
    }
  }

  #lookAtFields(record: Record<string, unknown>, at: readonly PathStep[] | undefined): void {
    for (const key of Object.keys(record)) this.look(record[key], at && [...at, key], (value) => record[key] = value);
  }
}

/**
 * A copy of a plain value with other values at some places. A path that leads nowhere is passed over.
 */
export function withValues(value: unknown, values: readonly (readonly [readonly PathStep[], unknown])[]): unknown {
  const root = [structuredClone(value)];
  for (const [at, item] of values) putAt(root, [0, ...at], item);
  return root[0];
}

function putAt(root: unknown, at: readonly PathStep[], item: unknown): void {
  let owner = root;
  for (const [index, step] of at.entries()) {
    if (typeof owner !== "object" || owner === null || !Object.hasOwn(owner, step) || step === "__proto__") return;
    if (index === at.length - 1) Reflect.set(owner, step, item);
    else owner = Reflect.get(owner, step);
  }
}
