/** Reads the shape of a workflow's results: which tasks its value comes from, and how. @module */
import type { ResultShape } from "../canvas/plan.ts";
import type { ResultRecord } from "../protocol/result.ts";
import type { RecordReader } from "./record_reader.ts";

/** The tasks that the value of a workflow comes from. An empty group has that of what came before it to wait for. */
export function leavesOf(shape: ResultShape): readonly string[] {
  if (shape.kind === "task") return [shape.id];
  if (shape.members.length > 0) return shape.members.flatMap(leavesOf);
  return shape.parent ? leavesOf(shape.parent) : [];
}

/** Every task of a workflow that its shape knows: what its value comes from, and all that came before. */
export function tasksOf(shape: ResultShape): readonly string[] {
  const ids: string[] = [];
  const left = [shape];
  for (let one = left.pop(); one; one = left.pop()) {
    if (one.kind === "task") ids.push(one.id);
    else left.push(...one.members);
    if (one.parent) left.push(one.parent);
  }
  return ids;
}

/** A shape without what came before it, to be written down. */
export function bareShape(shape: ResultShape): ResultShape {
  const { id } = shape;
  return shape.kind === "task" ? { kind: "task", id } : { kind: "group", id, members: shape.members.map(bareShape) };
}

/** Whether a value that was read is a shape. */
export function isShape(value: unknown): value is ResultShape {
  if (typeof value !== "object" || value === null || !("kind" in value && "id" in value)) return false;
  if (typeof value.id !== "string") return false;
  if (value.kind === "task") return true;
  return value.kind === "group" && "members" in value && Array.isArray(value.members) && value.members.every(isShape);
}

/** The value of a shape whose tasks have ended, or a promise; an error stands where a task has none. */
export function shapedValue(
  shape: ResultShape,
  records: ReadonlyMap<string, ResultRecord>,
  reader: RecordReader,
): unknown {
  if (shape.kind === "group") {
    const values = shape.members.map((one) => shapedValue(one, records, reader));
    // Most values are there at once: ten thousand promises of them are not made.
    return values.some((value) => value instanceof Promise) ? Promise.all(values) : values;
  }
  const record = records.get(shape.id);
  return record && (reader.error(shape.id, record) ?? valueOf(record, reader));
}

/** What cannot be decoded is a promise that fails: among others of a group it must not leave those without anybody who hears of them. */
function valueOf(record: ResultRecord, reader: RecordReader): unknown {
  try {
    return reader.value(record);
  } catch (error) {
    return Promise.reject(error);
  }
}
