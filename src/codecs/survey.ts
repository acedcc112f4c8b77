/**
 * The close look at a value: finds everything that JSON cannot carry, each with its path and kind, and makes a tree of
 * the value in which those stand as {@link RichValue}s.
 *
 * @module
 */
import { className, readBuiltin, type Visitor } from "./builtins.ts";
import type { ClassCodecs, TakenInstance } from "./class_codec.ts";
import {
  type FlagKind,
  type FoundFlag,
  type RefusedKind,
  type RichContent,
  type RichKind,
  RichValue,
  type StoredKind,
} from "./kinds.ts";
import { formatPath, part, type Step } from "../base/path.ts";

/** What a survey found. */
export interface Survey {
  /** The value as a tree of plain objects, arrays, texts, numbers, and {@link RichValue}s. */
  readonly tree: unknown;
  readonly flags: readonly FoundFlag[];
  /** Whether the tree holds a {@link RichValue}, so that JSON cannot carry it. */
  readonly rich: boolean;
  /** Whether it holds content that has to be kept elsewhere: files and streams. */
  readonly stored: boolean;
  /** How many bytes its largest buffer or view has. */
  readonly heaviest: number;
  /** The first error that reading the value threw. */
  readonly cause?: unknown;
}

/** Values nested deeper are refused: every reader of a message would have to follow them. */
export const DEEPEST = 512;

/** An array with holes may be this long: whoever loops over it at the other end pays for its length, not its content. */
export const LONGEST_SPARSE = 1_048_576;

/** Stands for what a getter did not give. */
const UNREADABLE: unique symbol = Symbol();

/** Looks at a value closely; `root` names it in paths. */
export function survey(value: unknown, root: string, classes: ClassCodecs): Survey {
  const surveyor = new Surveyor(root, classes);
  const tree = surveyor.visit(value);
  const { flags, rich, stored, heaviest, cause } = surveyor;
  return { tree, flags, rich, stored, heaviest, cause };
}

class Surveyor implements Visitor {
  readonly flags: FoundFlag[] = [];
  rich = false;
  stored = false;
  heaviest = 0;
  cause: unknown = undefined;
  readonly #root: string;
  readonly #classes: ClassCodecs;
  /** The way from the root to the value that is looked at. */
  readonly #steps: Step[] = [];
  /** The objects on that way. */
  readonly #ancestors: object[] = [];

  constructor(root: string, classes: ClassCodecs) {
    this.#root = root;
    this.#classes = classes;
  }

  visit(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        if (!value.isWellFormed()) this.#flag("lone surrogate");
        return value;
      case "number":
        return this.#number(value);
      case "object":
        return value === null ? null : this.#enter(value);
      case "bigint":
        return this.#found("bigint", { form: "bigint", value });
      case "undefined":
        return this.#found("undefined", { form: "undefined" });
      case "boolean":
        return value;
      default:
        return this.#refuse(typeof value === "symbol" ? "symbol" : "function");
    }
  }

  items(values: Iterable<unknown>, name: string): unknown[] {
    const trees: unknown[] = [];
    this.#steps.push(part(name));
    for (const value of values) trees.push(this.#step(trees.length, value));
    this.#steps.pop();
    return trees;
  }

  field(owner: object, key: string): unknown {
    this.#steps.push(key);
    const value = this.#get(owner, key);
    const tree = value === UNREADABLE ? null : this.visit(value);
    this.#steps.pop();
    return tree;
  }

  /** The tree of a value one step further on. */
  #step(step: Step, value: unknown): unknown {
    this.#steps.push(step);
    const tree = this.visit(value);
    this.#steps.pop();
    return tree;
  }

  /** The value of a field; {@link UNREADABLE} where a getter threw. */
  #get(owner: object, key: string): unknown {
    try {
      return Reflect.get(owner, key);
    } catch (error) {
      this.#unreadable(error);
      return UNREADABLE;
    }
  }

  #number(value: number): unknown {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    const kind = value === 0 ? "-0" : value === Infinity ? "Infinity" : value === -Infinity ? "-Infinity" : "NaN";
    return this.#found(kind, { form: "number", value });
  }

  #enter(value: object, honourToJson = true): unknown {
    if (this.#ancestors.includes(value)) return this.#refuse("cycle");
    if (this.#ancestors.length >= DEEPEST) return this.#refuse("too deep");
    const depth = this.#steps.length;
    this.#ancestors.push(value);
    try {
      return this.#object(value, honourToJson);
    } catch (error) {
      return this.#unreadable(error);
    } finally {
      this.#ancestors.pop();
      this.#steps.length = depth;
    }
  }

  #object(value: object, honourToJson: boolean): unknown {
    const at = this.flags.length;
    if (Array.isArray(value) && className(value) === "Array") return this.#array(value);
    const plain = isPlain(value);
    const taken = plain ? undefined : this.#classes.take(value);
    if (taken) return this.#found(`class ${taken.name}`, this.#instance(taken), at);
    const builtin = plain ? undefined : readBuiltin(value, this);
    if (typeof builtin === "object") return this.#found(builtin.kind, builtin.content, at);
    if (builtin !== undefined) return this.#refuse(builtin);
    if (honourToJson && "toJSON" in value && typeof value.toJSON === "function") {
      return this.#replaced(value.toJSON(this.#key()));
    }
    return plain ? this.#record(value) : this.#refuse(`instance of ${className(value) || "a class without a name"}`);
  }

  #instance(taken: TakenInstance): RichContent {
    return { form: "class", name: taken.name, items: [this.visit(taken.encode())] };
  }

  /** What `toJSON` gave stands for the object; its own `toJSON`, if it has one, is not asked again. */
  #replaced(value: unknown): unknown {
    return typeof value === "object" && value !== null ? this.#enter(value, false) : this.visit(value);
  }

  /** The name under which `toJSON` is told that its object stands. */
  #key(): string {
    const step = this.#steps.at(-1);
    return typeof step === "string" || typeof step === "number" ? String(step) : "";
  }

  #array(array: readonly unknown[]): unknown {
    const flagged = this.flags.length;
    const trees: unknown[] = [];
    for (let index = 0; index < array.length; index++) {
      const value = array[index];
      if (value === undefined && !(index in array)) {
        this.flags.length = flagged;
        return this.#sparse(array, flagged);
      }
      trees.push(this.#step(index, value));
    }
    return trees;
  }

  #sparse(array: readonly unknown[], flagged: number): unknown {
    if (array.length > LONGEST_SPARSE) return this.#refuse("too sparse");
    const items: unknown[] = [];
    for (const index of array.keys()) {
      if (index in array) items.push(index, this.#step(index, array[index]));
    }
    return this.#found("sparse array", { form: "sparse", length: array.length, items }, flagged);
  }

  #record(object: object): unknown {
    const tree: Record<string, unknown> = {};
    for (const key of Object.keys(object)) {
      this.#steps.push(key);
      if (key === "__proto__") this.#refuse("__proto__ key");
      else {
        const value = this.#get(object, key);
        if (value !== undefined && value !== UNREADABLE) tree[key] = this.visit(value);
      }
      this.#steps.pop();
    }
    return tree;
  }

  /** A value that JSON cannot carry; its flag goes before those of what it holds, which begin at `at`. */
  #found(kind: RichKind | StoredKind, content: RichContent, at: number = this.flags.length): RichValue {
    this.flags.splice(at, 0, [formatPath(this.#root, this.#steps), kind]);
    this.rich = true;
    if (content.form === "ref") this.stored = true;
    if ("bytes" in content) this.heaviest = Math.max(this.heaviest, content.bytes.length);
    return new RichValue(kind, content);
  }

  #refuse(kind: RefusedKind): null {
    this.#flag(kind);
    return null;
  }

  #unreadable(error: unknown): null {
    this.cause ??= error;
    return this.#refuse("unreadable");
  }

  #flag(kind: FlagKind): void {
    this.flags.push([formatPath(this.#root, this.#steps), kind]);
  }
}

/** Whether an object is a `{}`, of this realm or another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return !Array.isArray(value);
  return typeof prototype === "object" && Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf");
}
