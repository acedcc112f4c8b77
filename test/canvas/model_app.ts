/** An app whose tasks do what the model's calls say, and tell what they did. */
import * as z from "zod";
import { failureSchema, type TaskContext, Umbel, type UmbelOptions } from "../../mod.ts";
import { type Spec, valueOf } from "./model.ts";

/** Hears what tasks do. */
export interface Witness {
  run(tag: number, id: string, attempt: number, deliveries: number): void;
  call(tag: number, id: string): void;
}

/** What the tasks of a run did. */
export class Journal implements Witness {
  /** Under which ids each call ran. */
  readonly ran: Map<number, Set<string>> = new Map();
  /** Under which ids each errback was called. */
  readonly called: Map<number, Set<string>> = new Map();
  /** Runs that had happened before under the same id, attempt and delivery. */
  readonly twice: string[] = [];
  readonly #runs: Set<string> = new Set();

  run(tag: number, id: string, attempt: number, deliveries: number): void {
    const run = `${tag} ${id} ${attempt} ${deliveries}`;
    if (this.#runs.has(run)) this.twice.push(run);
    this.#runs.add(run);
    add(this.ran, tag, id);
  }

  call(tag: number, id: string): void {
    add(this.called, tag, id);
  }
}

function add(map: Map<number, Set<string>>, tag: number, id: string): void {
  map.set(tag, (map.get(tag) ?? new Set()).add(id));
}

/** The failure of a call: its message is the tag. */
class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** A failure that is tried again. */
class NotYet extends Error {
  override readonly name = "NotYet";
}

/** An app that runs the model's calls; each takes up to `pause` milliseconds, or none at all. */
export function modelApp(journal: Witness, options: UmbelOptions, pause = 0, ack: "early" | "late" = "late"): Umbel {
  const app = new Umbel("model", options);
  const step = (ctx: TaskContext, args: readonly unknown[]): unknown => {
    const spec = args.at(-1) as Spec;
    journal.run(spec.tag, ctx.id, ctx.attempt, ctx.deliveries);
    if (spec.act === "retry" && ctx.attempt < 2) throw new NotYet("not yet");
    if (spec.act === "fail") throw new StepFailed(String(spec.tag));
    if (spec.tree) return ctx.replace(app.signature(spec.tree));
    return valueOf(spec.tag, args.length > 1 ? args[0] : undefined);
  };
  app.task(
    "model.step",
    { bind: true, rest: z.unknown(), throws: [StepFailed, NotYet], retryOn: [NotYet], retryDelay: "1ms", ack },
    (ctx, ...args) => pause === 0 ? step(ctx, args) : Bun.sleep(Math.random() * pause).then(() => step(ctx, args)),
  );
  app.task("model.errback", { bind: true, args: [failureSchema, z.number()] }, (ctx, _failure, tag) => {
    journal.call(tag, ctx.id);
  });
  return app;
}
