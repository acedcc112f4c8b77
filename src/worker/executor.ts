/** Runs deliveries: a pipeline of named steps over one record, from a text to an end. @module */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Logger } from "../base/log.ts";
import type { Origin } from "../client/compose.ts";
import { contextOf } from "./context.ts";
import { endOf, perform } from "./perform.ts";
import type { Run } from "./run.ts";
import { check, find, guard, open, read, relay, type Step, type StepEnv } from "./steps.ts";

/** What an {@link Executor} works with. */
export interface ExecutorParams extends StepEnv {
  readonly log: Logger;
  /** The worker's name. */
  readonly worker: string;
  /** Called just before a handler begins; with a promise, the handler waits for it. */
  readonly beginning?: ((run: Run) => void | Promise<void>) | undefined;
}

/** Runs deliveries one at a time each; many side by side. */
export class Executor {
  readonly #params: ExecutorParams;
  readonly #running: AsyncLocalStorage<Origin> = new AsyncLocalStorage();
  readonly #steps: readonly Step[];

  constructor(params: ExecutorParams) {
    this.#params = params;
    const begin: Step = (run) => params.beginning?.(run);
    this.#steps = [read, guard, relay, find, open, begin, (run) => perform(run, () => this.#call(run)), check];
  }

  /** The task that is running where this is asked. */
  origin(): Origin | undefined {
    return this.#running.getStore();
  }

  /** Takes a run to its end. It never throws: whatever goes wrong is the run's end. */
  execute(run: Run): void | Promise<void> {
    return this.#from(run, 0);
  }

  #from(run: Run, first: number): void | Promise<void> {
    for (let index = first; index < this.#steps.length && run.end === undefined; index++) {
      try {
        const step = this.#steps[index]?.(run, this.#params);
        if (step instanceof Promise) return this.#later(run, step, index + 1);
      } catch (error) {
        run.end ??= endOf(run, error);
      }
    }
  }

  async #later(run: Run, step: Promise<void>, next: number): Promise<void> {
    try {
      await step;
    } catch (error) {
      run.end ??= endOf(run, error);
    }
    await this.#from(run, next);
  }

  #call(run: Run): unknown {
    const { task, message, values } = run;
    if (task === undefined || message === undefined) return undefined;
    const origin: Origin = {
      id: run.id,
      root: message.root ?? run.id,
      sent: (id) => void run.children.push(id),
    };
    return this.#running.run(origin, () => {
      if (!task.definition.bind) return task.run(values);
      const { broker, serializer, log, worker } = this.#params;
      return task.run([contextOf(run, { broker, serializer, log, worker }), ...values]);
    });
  }
}
