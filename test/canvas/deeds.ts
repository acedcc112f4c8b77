/** Compares what tasks did with what they must have done. */
import type { Model } from "./model.ts";
import type { Journal } from "./model_app.ts";

/** What the tasks of these workflows did and should not have done, or the other way round; nothing when all is right. */
export function deeds(models: readonly Model[], { ran, called, twice }: Journal): string | undefined {
  if (twice.length > 0) return `ran twice in one delivery: ${twice.join(", ")}`;
  const must = new Set(models.flatMap((model) => [...model.ran]));
  for (const tag of must) {
    if (ran.get(tag)?.size !== 1) return `call ${tag} must run as one task: ${ran.get(tag)?.size}`;
  }
  for (const tag of ran.keys()) if (!must.has(tag)) return `call ${tag} must not run`;
  const calls = new Map(models.flatMap((model) => [...model.called]));
  for (const tag of new Set([...called.keys(), ...calls.keys()])) {
    const [want, got] = [calls.get(tag) ?? 0, called.get(tag)?.size ?? 0];
    if (want !== got) return `errback ${tag} must be called ${want} times: it was ${got}`;
  }
  return undefined;
}
