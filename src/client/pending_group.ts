/** The results of a group, as one sees them who sends and waits. @module */
import type { GetOptions, GroupItem, MemberOf, PendingGroupResult } from "../canvas/handles.ts";
import type { GroupShape, ResultShape } from "../canvas/plan.ts";
import { FINAL_STATES, type ResultRecord } from "../protocol/result.ts";
import { Gathering } from "./gathering.ts";
import type { RecordReader } from "./record_reader.ts";
import { leavesOf, shapedValue } from "./shape.ts";

/** The {@link PendingGroupResult} of a group in a broker. */
export class PendingGroup<T> implements PendingGroupResult<T> {
  readonly id: string;
  readonly #shape: GroupShape;
  readonly #reader: RecordReader;

  constructor(shape: GroupShape, reader: RecordReader) {
    this.id = shape.id;
    this.#shape = shape;
    this.#reader = reader;
  }

  async ready(): Promise<boolean> {
    return (await this.#states()).every((state) => FINAL_STATES.has(state));
  }

  async waiting(): Promise<boolean> {
    return !(await this.ready());
  }

  async successful(): Promise<boolean> {
    return (await this.#states()).every((state) => state === "SUCCESS");
  }

  async failed(): Promise<boolean> {
    return (await this.#states()).includes("FAILURE");
  }

  async completedCount(): Promise<number> {
    const states = new Map<string, string>();
    const leaves = leavesOf(this.#shape);
    for (const [index, state] of (await this.#states()).entries()) states.set(leaves[index] ?? "", state);
    const isDone = (member: ResultShape) => leavesOf(member).every((id) => states.get(id) === "SUCCESS");
    return this.#shape.members.filter(isDone).length;
  }

  async get(options: GetOptions = {}): Promise<T> {
    const records = new Map<string, ResultRecord>();
    const propagate = options.propagate ?? true;
    await this.#reader.await(leavesOf(this.#shape), options, (id, record) => {
      const error = propagate ? this.#reader.error(id, record) : undefined;
      if (error) throw error;
      records.set(id, record);
    });
    return await shapedValue(this.#shape, records, this.#reader) as T;
  }

  join(options?: GetOptions): Promise<T> {
    return this.get(options);
  }

  items(options: GetOptions = {}): AsyncIterableIterator<GroupItem<MemberOf<T>>> {
    return new Gathering<MemberOf<T>>(this.#shape.members, this.#reader, options).items();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<GroupItem<MemberOf<T>>> {
    return this.items();
  }

  async #states(): Promise<string[]> {
    const known = await this.#reader.look(leavesOf(this.#shape));
    return known.map((one) => "record" in one ? one.record.state : one.kind);
  }
}
