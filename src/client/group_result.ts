/** The results of a group, now or later. @module */
import type { AnyResult, GetOptions, GroupItem, GroupResult, MemberOf, WorkflowGraph } from "../canvas/handles.ts";
import type { GroupShape, ResultShape } from "../canvas/plan.ts";
import { encodeResult, FINAL_STATES, type ResultRecord } from "../protocol/result.ts";
import { Gathering } from "./gathering.ts";
import type { ResultReader } from "./result_reader.ts";
import { readGraph } from "./graph_reader.ts";
import { leavesOf, shapedValue, tasksOf, writeShape } from "./shape.ts";

/** The state that the record of a saved group has. */
export const GROUP_STATE = "GROUP";

/** Makes the results of parts of a workflow. */
export type MakeResult = (shape: ResultShape) => AnyResult;

/** The {@link GroupResult} of a group in a broker. */
export class GroupOfResults<T> implements GroupResult<T> {
  readonly id: string;
  readonly #shape: GroupShape;
  readonly #reader: ResultReader;
  readonly #make: MakeResult;
  #results: readonly AnyResult[] | undefined;
  #parent: AnyResult | undefined;

  constructor(shape: GroupShape, reader: ResultReader, make: MakeResult) {
    this.id = shape.id;
    this.#shape = shape;
    this.#reader = reader;
    this.#make = make;
  }

  get parent(): AnyResult | undefined {
    return this.#parent ??= this.#shape.parent && this.#make(this.#shape.parent);
  }

  get results(): readonly AnyResult[] {
    return this.#results ??= this.#shape.members.map(this.#make);
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

  async revoke(): Promise<void> {
    const broker = await this.#reader.broker();
    await broker.revoke(tasksOf(this.#shape));
  }

  async forget(): Promise<void> {
    await this.#reader.forget([this.id, ...leavesOf(this.#shape)]);
  }

  async graph(): Promise<WorkflowGraph> {
    return await readGraph(this.id, this.#reader);
  }

  async save(): Promise<void> {
    const broker = await this.#reader.broker();
    await broker.note([{ id: this.id, text: encodeResult({ state: GROUP_STATE, data: writeShape(this.#shape) }) }]);
  }

  async #states(): Promise<string[]> {
    const known = await this.#reader.look(leavesOf(this.#shape));
    return known.map((one) => "record" in one ? one.record.state : one.kind);
  }
}
