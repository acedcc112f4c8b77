/** The result of one task, now or later. @module */
import type { AsyncResult, GetOptions } from "../canvas/handles.ts";
import { FINAL_STATES, type ResultRecord } from "../protocol/result.ts";
import type { Known, ResultReader } from "./result_reader.ts";

/** A wait for a task that the broker does not know: it was never sent, was forgotten, or its result has expired. */
export class UnknownTask extends Error {
  override readonly name: string = "UnknownTask";
}

/** What a {@link TaskResult} is made of. */
export interface TaskResultParams {
  readonly id: string;
  readonly reader: ResultReader;
  readonly parent?: AsyncResult<unknown> | undefined;
  /** This process has sent it, so it exists even where the broker does not know it yet. */
  readonly sent?: boolean;
}

/** The {@link AsyncResult} of a task in a broker. */
export class TaskResult<T> implements AsyncResult<T> {
  readonly id: string;
  readonly parent: AsyncResult<unknown> | undefined;
  readonly #reader: ResultReader;
  readonly #sent: boolean;

  constructor(params: TaskResultParams) {
    this.id = params.id;
    this.parent = params.parent;
    this.#reader = params.reader;
    this.#sent = params.sent ?? false;
  }

  async state(): Promise<string> {
    const known = await this.#look();
    if (known.kind === "unknown") return "UNKNOWN";
    return known.kind === "queued" ? "QUEUED" : known.record.state;
  }

  async ready(): Promise<boolean> {
    return FINAL_STATES.has(await this.state());
  }

  async successful(): Promise<boolean> {
    return (await this.state()) === "SUCCESS";
  }

  async failed(): Promise<boolean> {
    return (await this.state()) === "FAILURE";
  }

  async get(options: GetOptions = {}): Promise<T> {
    if (!this.#sent) await this.#mustBeKnown();
    let record: ResultRecord | undefined;
    await this.#reader.await([this.id], options, (_, ended) => record = ended);
    return await this.#open(record, options.propagate ?? true);
  }

  async result(): Promise<T | undefined> {
    const record = await this.info();
    return record?.state === "SUCCESS" ? await this.#open(record, false) : undefined;
  }

  async error(): Promise<Error | undefined> {
    const record = await this.info();
    return record && FINAL_STATES.has(record.state) ? this.#reader.error(this.id, record) : undefined;
  }

  async traceback(): Promise<string | undefined> {
    return (await this.info())?.failure?.stack;
  }

  async info(): Promise<ResultRecord | undefined> {
    const known = await this.#look();
    return known.kind === "note" || known.kind === "final" ? known.record : undefined;
  }

  async progress(): Promise<unknown> {
    const known = await this.#look();
    return known.kind === "note" ? await this.#reader.value(known.record) : undefined;
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

  async #look(): Promise<Known> {
    const [known] = await this.#reader.look([this.id]);
    return known ?? { kind: "unknown" };
  }

  async #mustBeKnown(): Promise<void> {
    if ((await this.#look()).kind !== "unknown") return;
    throw new UnknownTask(
      `Cannot get the result of ${this.id} as the broker must know the task: it was never sent, was forgotten, or its result has expired`,
    );
  }

  /** The value or the error of a final record. */
  async #open(record: ResultRecord | undefined, propagate: boolean): Promise<T> {
    const error = record && this.#reader.error(this.id, record);
    if (error && propagate) throw error;
    return (error ?? (record && (await this.#reader.value(record)))) as T;
  }
}
