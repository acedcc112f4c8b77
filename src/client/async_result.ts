/** The result of one task, now or later. @module */
import type { AnyResult, AsyncResult, WorkflowGraph } from "../canvas/handles.ts";
import { RELAY } from "../protocol/built_in.ts";
import { readGraph } from "./graph_reader.ts";
import { PendingTask } from "./pending_task.ts";
import type { ResultReader } from "./result_reader.ts";

/** What a {@link TaskResult} is made of. */
export interface TaskResultParams {
  readonly id: string;
  readonly reader: ResultReader;
  /** The result of what came before it, made when it is asked for. */
  readonly parent?: (() => AnyResult) | undefined;
  /** The tasks that came before it in its workflow, to be revoked with it. */
  readonly before?: (() => readonly string[]) | undefined;
  /** This process has sent it, so it exists even where the broker does not know it yet. */
  readonly sent?: boolean;
}

/** The {@link AsyncResult} of a task in a broker. */
export class TaskResult<T> extends PendingTask<T> implements AsyncResult<T> {
  readonly #params: TaskResultParams;
  readonly #reader: ResultReader;
  #parent: AnyResult | undefined;

  constructor(params: TaskResultParams) {
    const { id, reader, sent = false } = params;
    super(id, reader, sent);
    this.#params = params;
    this.#reader = reader;
  }

  get parent(): AnyResult | undefined {
    return this.#parent ??= this.#params.parent?.();
  }

  async traceback(): Promise<string | undefined> {
    return (await this.info())?.failure?.stack;
  }

  async children(): Promise<readonly AsyncResult<unknown>[]> {
    const record = await this.info();
    const ids = await this.#beyondRelays(record?.children ?? []);
    return ids.map((id) => new TaskResult({ id, reader: this.#reader, parent: () => this }));
  }

  async graph(): Promise<WorkflowGraph> {
    return await readGraph(this.id, this.#reader);
  }

  /** The tasks themselves, where relays stand between: many that follow are named by relays. */
  async #beyondRelays(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return ids;
    const known = await this.#reader.look(ids);
    const found = ids.map(async (id, index) => {
      const one = known[index];
      const record = one && "record" in one ? one.record : undefined;
      return record?.task === RELAY ? await this.#beyondRelays(record.children ?? []) : [id];
    });
    return (await Promise.all(found)).flat();
  }

  async revoke(): Promise<void> {
    const broker = await this.#reader.broker();
    await broker.revoke([this.id, ...this.#params.before?.() ?? []]);
  }

  async forget(): Promise<void> {
    await this.#reader.forget([this.id]);
  }
}
