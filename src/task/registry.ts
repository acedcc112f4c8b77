/** The tasks that an app knows, with their code where it has it. @module */
import type { Callee } from "../canvas/callee.ts";
import type { TaskDefinition } from "./definition.ts";
import type { TaskOptions } from "./options.ts";
import { calleeFor } from "./callee.ts";

/** Runs a handler with its parsed arguments. */
export type Runner = (values: readonly unknown[]) => unknown;

/** A task in the registry. */
export interface RegisteredTask {
  readonly definition: TaskDefinition;
  readonly run: Runner;
  /** The options in force for a call with these arguments, where they are those of another task. */
  readonly optionsFor?: (values: readonly unknown[]) => TaskOptions | undefined;
}

/** The tasks that an app can run, by name. */
export class TaskRegistry {
  readonly #tasks: Map<string, RegisteredTask> = new Map();
  readonly #callees: Map<string, Callee> = new Map();

  /**
   * Adds a task.
   *
   * @throws {TypeError} when another task has this name
   */
  add(task: RegisteredTask): void {
    const { name } = task.definition;
    if (this.#tasks.has(name)) {
      throw new TypeError(`Cannot register task ${name} as its name must be free: another task has it already`);
    }
    this.#tasks.set(name, task);
    this.#callees.set(name, calleeFor(task.definition));
  }

  get(name: string): RegisteredTask | undefined {
    return this.#tasks.get(name);
  }

  /** A task as one who calls it in a workflow sees it. */
  callee(name: string): Callee | undefined {
    return this.#callees.get(name);
  }

  /** All tasks, by name. */
  all(): readonly RegisteredTask[] {
    return [...this.#tasks.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }
}
