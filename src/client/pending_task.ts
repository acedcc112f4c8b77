/** The result of one task, as one sees it who sends and waits. @module */
import type { GetOptions, PendingResult } from "../canvas/handles.ts";
import { FINAL_STATES, type ResultRecord } from "../protocol/result.ts";
import type { Known, RecordReader } from "./record_reader.ts";

/** A wait for a task that the broker does not know: it was never sent, was forgotten, or its result has expired. */
export class UnknownTask extends Error {
  override readonly name: string = "UnknownTask";
}

/** The {@link PendingResult} of a task in a broker. */
export class PendingTask<T> implements PendingResult<T> {
  readonly id: string;
  readonly #reader: RecordReader;
  readonly #sent: boolean;

  /** `sent` says that this process has sent it, so it exists even where the broker does not know it yet. */
  constructor(id: string, reader: RecordReader, sent: boolean) {
    this.id = id;
    this.#reader = reader;
    this.#sent = sent;
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

  async info(): Promise<ResultRecord | undefined> {
    const known = await this.#look();
    return known.kind === "note" || known.kind === "final" ? known.record : undefined;
  }

  async progress(): Promise<unknown> {
    const known = await this.#look();
    return known.kind === "note" ? await this.#reader.value(known.record) : undefined;
  }

  async #look(): Promise<Known> {
    const [known] = await this.#reader.look([this.id]);
    return known ?? { kind: "unknown" };
  }

  async #mustBeKnown(): Promise<void> {
    if ((await this.#look()).kind !== "unknown") return;
    throw new UnknownTask(
      `Cannot get the result of ${this.id} as the broker must know the task: it was never sent, or is forgotten`,
    );
  }

  /** The value or the error of a final record. */
  async #open(record: ResultRecord | undefined, propagate: boolean): Promise<T> {
    const error = record && this.#reader.error(this.id, record);
    if (error && propagate) throw error;
    return (error ?? (record && (await this.#reader.value(record)))) as T;
  }
}
