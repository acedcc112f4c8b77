/** Reads the shape of a workflow's results: which tasks its value comes from, and how. @module */
import { isPlainObject } from "../base/json.ts";
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

/** A shape as it is written down: what came before is a list, nearest first, however long the chain was. */
interface WrittenShape {
  readonly kind: ResultShape["kind"];
  readonly id: string;
  readonly members?: readonly WrittenShape[] | undefined;
  readonly before?: readonly WrittenShape[] | undefined;
}

/** A shape, to be written down. */
export function writeShape(shape: ResultShape): WrittenShape {
  const before: WrittenShape[] = [];
  for (let one = shape.parent; one; one = one.parent) before.push(bare(one));
  return before.length === 0 ? bare(shape) : { ...bare(shape), before };
}

function bare(shape: ResultShape): WrittenShape {
  const { kind, id } = shape;
  return shape.kind === "task" ? { kind, id } : { kind, id, members: shape.members.map(writeShape) };
}

/** The shape that was written down; undefined where a value that was read is none. */
export function readShape(value: unknown): ResultShape | undefined {
  return isWritten(value) ? shapeOf(value) : undefined;
}

function shapeOf({ before = [], ...end }: WrittenShape): ResultShape {
  const shape = unwritten(end);
  let last = shape;
  for (const one of before) last = last.parent = unwritten(one);
  return shape;
}

function unwritten({ kind, id, members = [] }: WrittenShape): ResultShape {
  return kind === "task" ? { kind, id } : { kind, id, members: members.map(shapeOf) };
}

function isWritten(value: unknown): value is WrittenShape {
  if (!isPlainObject(value) || typeof value.id !== "string") return false;
  const { kind, members, before } = value;
  const isList = (list: unknown) => Array.isArray(list) && list.every(isWritten);
  return (before === undefined || isList(before)) && (kind === "task" || (kind === "group" && isList(members)));
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
