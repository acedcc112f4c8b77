/** Makes the results of a workflow that was sent. @module */
import type { AnyResult, GroupResult } from "../canvas/handles.ts";
import type { GroupShape, ResultShape } from "../canvas/plan.ts";
import { TaskResult } from "./async_result.ts";
import { GroupOfResults } from "./group_result.ts";
import type { ResultReader } from "./result_reader.ts";
import { tasksOf } from "./shape.ts";

/** The result of a workflow, or of a part of it. */
export function resultOf(shape: ResultShape, reader: ResultReader): AnyResult {
  if (shape.kind === "group") return groupOf(shape, reader);
  const make = (part: ResultShape) => resultOf(part, reader);
  const { id, parent } = shape;
  if (parent === undefined) return new TaskResult({ id, reader, sent: true });
  return new TaskResult({ id, reader, sent: true, parent: () => make(parent), before: () => tasksOf(parent) });
}

/** The result of a group. */
export function groupOf<T>(shape: GroupShape, reader: ResultReader): GroupResult<T> {
  return new GroupOfResults<T>(shape, reader, (part) => resultOf(part, reader));
}
