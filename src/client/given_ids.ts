/** Ids that were given to tasks within a workflow: what was sent under one of them before is not sent again. @module */
import type { Broker } from "../broker.ts";
import type { Plan } from "../canvas/plan.ts";

/** So many tasks of a workflow tell whether it was sent before. */
const ENOUGH = 10;

/**
 * Refuses a workflow within which an id was given to a task that others wait for, and that was sent before: it would not be
 * sent again, and the others would wait for ever. A workflow that was itself sent before may be sent again.
 *
 * @throws {RangeError}
 */
export async function checkGivenIds(broker: Pick<Broker, "read" | "held">, plan: Plan): Promise<void> {
  const { tasks, given, id, seed } = plan;
  if (given.size === 0) return;
  const awaited = tasks.filter((task) => given.has(task.id) && (task.next.length > 0 || task.gate !== undefined));
  const known = await knownOf(broker, awaited.map((task) => task.id));
  if (known === undefined) return;
  // The task whose place a workflow takes was sent, and the workflow was not.
  const own = tasks.filter((task) => !given.has(task.id) && (id === seed || task.id !== id)).slice(0, ENOUGH);
  if (await knownOf(broker, own.map((task) => task.id)) !== undefined) return;
  throw new RangeError(
    `Cannot send a workflow as a task in it that others wait for must not have been sent before: current value is ${known}`,
  );
}

async function knownOf(broker: Pick<Broker, "read" | "held">, ids: readonly string[]): Promise<string | undefined> {
  if (ids.length === 0) return undefined;
  const [results, texts] = await Promise.all([broker.read(ids), broker.held(ids)]);
  return ids.find((_, index) => (results[index] ?? texts[index] ?? null) !== null);
}
