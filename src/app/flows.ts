/** The workflows of an app: sends signatures, and finds those again that travelled or were saved. @module */
import { withCallees } from "../canvas/callee.ts";
import type { AnyResult, GroupResult, WorkflowGraph } from "../canvas/handles.ts";
import type { Placement } from "../canvas/plan.ts";
import { type Sender, Signature } from "../canvas/signature.ts";
import type { Effects } from "../broker.ts";
import { FlowPublisher, type FlowPublisherParams } from "../client/flow_publisher.ts";
import { readGraph } from "../client/graph_reader.ts";
import { GROUP_STATE } from "../client/group_result.ts";
import { UnknownTask } from "../client/pending_task.ts";
import type { ResultReader } from "../client/result_reader.ts";
import { groupOf, resultOf } from "../client/results.ts";
import { readShape } from "../client/shape.ts";
import type { Lineage } from "../client/workflow.ts";
import { isSignatureTree, signatureFault, type SignatureLike, type SignatureTree } from "../protocol/signature.ts";
import type { TaskRegistry } from "../task/registry.ts";

/** The workflows of an app. */
export class Flows implements Sender {
  readonly #publisher: FlowPublisher;
  readonly #reader: ResultReader;
  readonly #tasks: TaskRegistry;

  constructor(params: Omit<FlowPublisherParams, "find">, reader: ResultReader, tasks: TaskRegistry) {
    this.#publisher = new FlowPublisher({ ...params, find: (name) => tasks.callee(name) });
    this.#reader = reader;
    this.#tasks = tasks;
  }

  /** {@inheritDoc Sender.sendSignature} */
  async sendSignature<Handle>(tree: SignatureTree): Promise<Handle> {
    return resultOf(await this.#publisher.send(tree), this.#reader) as Handle;
  }

  /** A signature of its data, with what is known of the tasks it calls. */
  signature<Result>(data: SignatureLike): Signature<readonly unknown[], Result, AnyResult> {
    const tree = data instanceof Signature ? data.tree : data;
    if (!isSignatureTree(tree)) {
      throw new TypeError(`Cannot make a signature as its data must be that of one: ${signatureFault(tree)}`);
    }
    return new Signature(withCallees(tree, (name) => this.#tasks.callee(name)), this);
  }

  /** The graph of the workflow that a task belongs to. */
  async graph(id: string): Promise<WorkflowGraph> {
    return await readGraph(id, this.#reader);
  }

  /** The results of a group that was saved. */
  async group<T>(id: string): Promise<GroupResult<T>> {
    const [known] = await this.#reader.look([id]);
    const record = known && "record" in known ? known.record : undefined;
    const shape = record?.state === GROUP_STATE ? readShape(await this.#reader.value(record)) : undefined;
    if (shape?.kind === "group") return groupOf<T>(shape, this.#reader);
    throw new UnknownTask(`Cannot find group ${id} as it must have been saved, and not too long ago`);
  }

  /** The letters and gates of a workflow that takes a place in another; the worker settles them with the task there. */
  async place(tree: SignatureTree, place: Placement, lineage: Lineage): Promise<Effects> {
    return await this.#publisher.place(tree, place, lineage);
  }
}
