/** Tells where a task's contract asks for content. @module */
import type { PathStep } from "../protocol/reference.ts";
import { content } from "./content_hook.ts";
import type { TaskDefinition } from "./definition.ts";

/** Whether the contract asks for content at a place in the values of a call: `["args", 0, "file"]`. */
export function asksAt(definition: TaskDefinition, path: readonly PathStep[]): boolean {
  const { hook } = content;
  if (hook === undefined) return false;
  const [list, ...rest] = path;
  if (list === "kwargs") return definition.kwargs !== undefined && hook.asksAt(definition.kwargs, rest);
  const [index, ...inner] = rest;
  const schema = list === "args" && typeof index === "number" ? definition.args[index] ?? definition.rest : undefined;
  return schema !== undefined && hook.asksAt(schema, inner);
}
