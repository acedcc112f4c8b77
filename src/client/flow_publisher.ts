/** Sends workflows: plans them, checks them, and publishes their letters in as few requests as they fit into. @module */
import type { Broker, Effects } from "../broker.ts";
import type { FindCallee } from "../canvas/callee.ts";
import { GRAPH_STATE, graphIdOf, graphRecordOf } from "../canvas/graph_record.ts";
import { toCallOptions } from "../canvas/options.ts";
import type { Placement, Plan, PlanEnv, ResultShape } from "../canvas/plan.ts";
import { planOf } from "../canvas/plan_of.ts";
import { encodeResult } from "../protocol/result.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import { checkCalls } from "../task/check_calls.ts";
import { routeOf } from "./compose.ts";
import type { PublisherParams } from "./publisher.ts";
import { type FlowRequests, requestsOf } from "./flow_requests.ts";
import { checkGivenIds } from "./given_ids.ts";
import { leavesOf } from "./shape.ts";
import { aheadOf, UNSENT_AFTER } from "./unsent.ts";
import { lettersOf, type Lineage, lineageOf } from "./workflow.ts";

/** What of a broker sends workflows. */
type FlowBroker = Pick<Broker, "publish" | "withdraw" | "place" | "read" | "held">;

/** What a {@link FlowPublisher} works with. */
export interface FlowPublisherParams extends PublisherParams {
  readonly broker: () => Promise<FlowBroker>;
  /** The tasks whose contracts are known here. */
  readonly find: FindCallee;
}

/** Sends workflows to a broker. */
export class FlowPublisher {
  readonly #params: FlowPublisherParams;

  constructor(params: FlowPublisherParams) {
    this.#params = params;
  }

  /** Sends a workflow and tells the shape of its results. Nothing is sent when a call of it does not fit. */
  async send(tree: SignatureTree): Promise<ResultShape> {
    const { broker, origin } = this.#params;
    const plan = planOf(tree, this.#planEnv());
    await checkCalls(tree, 0, this.#params.find);
    const open = await broker();
    await checkGivenIds(open, plan);
    const sender = origin();
    const lineage = lineageOf(plan, sender);
    const letters = await lettersOf(plan, this.#params, lineage);
    const rest = { gates: plan.gates, finish: graphOf(plan, plan.root) };
    const { seed } = plan;
    const requests = requestsOf(letters, rest, { seed, root: lineage.root, flow: lineage.flow });
    await this.#publish(open, plan, requests);
    for (const id of leavesOf(plan.result)) sender?.sent(id);
    return plan.result;
  }

  /** The letters and gates of a workflow that takes a place in another, for whoever settles the task there. */
  async place(tree: SignatureTree, place: Placement, lineage: Lineage): Promise<Effects> {
    const plan = planOf(tree, this.#planEnv(), place);
    await checkCalls(tree, 0, this.#params.find);
    await checkGivenIds(await this.#params.broker(), plan);
    const finish = lineage.root === place.id ? graphOf(plan, place.id) : [];
    return { ...await lettersOf(plan, this.#params, lineage), gates: plan.gates, finish };
  }

  async #publish(broker: FlowBroker, plan: Plan, { holds, begin, room, more, relays }: FlowRequests): Promise<void> {
    const [first] = begin?.publish ?? [];
    if (begin === undefined || first === undefined) return;
    // What is kept in this process alone is lost together with its sender.
    if (holds.length === 0 || broker.place?.kind === "memory") return await publishAll(broker, [holds, [begin], more]);
    const start = Date.now();
    const ahead = await aheadOf(plan, relays, first, this.#params.encoder);
    await publishAll(broker, [[{ ...ahead.effects, room }], holds]);
    if (Date.now() - start > UNSENT_AFTER / 2) throw new TypeError(TOO_SLOW);
    await publishAll(broker, [[{ ...begin, drop: [ahead.mark] }], more]);
    // Where this fails, or many delayed ones stand before it, the task stays, and finds nothing to do.
    await broker.withdraw(ahead.queue, [{ id: ahead.id }]).catch(() => {});
  }

  #planEnv(): PlanEnv {
    const defaults = this.#params.defaults();
    return {
      find: this.#params.find,
      now: () => Date.now(),
      route: (task, taskOptions, options) => routeOf({ task, taskOptions, options: toCallOptions(options) }, defaults),
    };
  }
}

const TOO_SLOW = "Cannot send a workflow as its parts must come in within half an hour: it counts as lost now";

/** The graph of a workflow, to be stored with it. */
function graphOf(plan: Plan, root: string | undefined): NonNullable<Effects["finish"]> {
  const record = root === undefined ? undefined : graphRecordOf(plan);
  if (root === undefined || record === undefined) return [];
  return [{ id: graphIdOf(root), result: encodeResult({ state: GRAPH_STATE, data: record }) }];
}

/**
 * Publishes in stages, each when the one before has come in. The requests of a stage do not wait for each other, but each is under
 * way before the next one is composed.
 */
async function publishAll(
  broker: { publish(effects: Effects): Promise<unknown> },
  stages: readonly (readonly Effects[])[],
): Promise<void> {
  for (const stage of stages) {
    const sent = [];
    for (const request of stage) {
      sent.push(broker.publish(request));
      await undefined;
    }
    await Promise.all(sent);
  }
}
