/** The results of a group, now or later. @module */
import type { AnyResult, GroupResult } from "../canvas/handles.ts";
import type { GroupShape, ResultShape } from "../canvas/plan.ts";
import { encodeResult } from "../protocol/result.ts";
import { PendingGroup } from "./pending_group.ts";
import type { ResultReader } from "./result_reader.ts";
import { bareShape, leavesOf, tasksOf } from "./shape.ts";

/** The state that the record of a saved group has. */
export const GROUP_STATE = "GROUP";

/** Makes the results of parts of a workflow. */
export type MakeResult = (shape: ResultShape) => AnyResult;

/** The {@link GroupResult} of a group in a broker. */
export class GroupOfResults<T> extends PendingGroup<T> implements GroupResult<T> {
  readonly #shape: GroupShape;
  readonly #reader: ResultReader;
  readonly #make: MakeResult;
  #results: readonly AnyResult[] | undefined;
  #parent: AnyResult | undefined;

  constructor(shape: GroupShape, reader: ResultReader, make: MakeResult) {
    super(shape, reader);
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

  async revoke(): Promise<void> {
    const broker = await this.#reader.broker();
    await broker.revoke(tasksOf(this.#shape));
  }

  async forget(): Promise<void> {
    const broker = await this.#reader.broker();
    await broker.forget([this.id, ...leavesOf(this.#shape)]);
  }

  async save(): Promise<void> {
    const broker = await this.#reader.broker();
    await broker.note([{ id: this.id, text: encodeResult({ state: GROUP_STATE, data: bareShape(this.#shape) }) }]);
  }
}
