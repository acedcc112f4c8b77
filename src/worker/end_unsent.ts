/** Ends a workflow whose sender was lost before all of it had come in: it never began, and nobody would end it else. @module */
import type { Broker } from "../broker.ts";
import { unsentIds } from "../client/unsent.ts";
import { RELAY } from "../protocol/built_in.ts";
import { failureOf } from "../protocol/failure.ts";
import { encodeResult } from "../protocol/result.ts";
import type { Unsent } from "../task/built_in.ts";
import { TaskRevoked } from "../task/control.ts";
import { edgesOf } from "./edges.ts";

/** Letters that are ended in one step. */
const SLICE = 500;

/** Ends all that is held of a workflow, unless it has begun. Whoever waits for a task of it gets `TaskRevoked`. */
export async function endUnsent(broker: Pick<Broker, "held" | "publish">, unsent: Unsent): Promise<void> {
  const [mark] = await broker.held([unsent.mark]);
  if (mark === null) return;
  const failure = failureOf(new TaskRevoked("Its sender was lost before all of the workflow had come in"));
  const ids = unsentIds(unsent);
  for (let from = 0; from < ids.length; from += SLICE) {
    const slice = ids.slice(from, from + SLICE);
    const texts = await broker.held(slice);
    const held = slice.flatMap((id, index) => ({ id, text: texts[index] ?? "" })).filter(({ text }) => text !== "");
    const finish = held.map(({ id, text }) => ({ id, edges: edgesOf(text) }))
      .filter(({ id, edges }) => edges.task !== RELAY && id !== unsent.mark)
      .map(({ id, edges: { task, root, flow, parent } }) => {
        return { id, result: encodeResult({ state: "REVOKED", failure, task, root, flow, parent }) };
      });
    if (held.length > 0) await broker.publish({ finish, drop: held.map(({ id }) => id) });
  }
}
