/** The result of one task, now or later. @module */
import type { AsyncResult } from "../canvas/handles.ts";
import { PendingTask } from "./pending_task.ts";
import type { ResultReader } from "./result_reader.ts";

/** What a {@link TaskResult} is made of. */
export interface TaskResultParams {
  readonly id: string;
  readonly reader: ResultReader;
  readonly parent?: AsyncResult<unknown> | undefined;
  /** This process has sent it, so it exists even where the broker does not know it yet. */
  readonly sent?: boolean;
}

/** The {@link AsyncResult} of a task in a broker. */
export class TaskResult<T> extends PendingTask<T> implements AsyncResult<T> {
  readonly parent: AsyncResult<unknown> | undefined;
  readonly #reader: ResultReader;

  constructor({ id, reader, parent, sent = false }: TaskResultParams) {
    super(id, reader, sent);
    this.parent = parent;
    this.#reader = reader;
  }

  async traceback(): Promise<string | undefined> {
    return (await this.info())?.failure?.stack;
  }

  async children(): Promise<readonly AsyncResult<unknown>[]> {
    const record = await this.info();
    return (record?.children ?? []).map((id) => new TaskResult({ id, reader: this.#reader, parent: this }));
  }

  async revoke(): Promise<void> {
    const broker = await this.#reader.broker();
    await broker.revoke([this.id]);
  }

  async forget(): Promise<void> {
    const broker = await this.#reader.broker();
    await broker.forget([this.id]);
  }
}
