/** Finds in a contract's schemas where content is asked for: files, streams and bytes that may be kept elsewhere. @module */
import type { PathStep } from "../protocol/reference.ts";
import type { Schema } from "./schema.ts";

/** The schemas of content, made by `ref()`, `bytes()`, `blob()` and `stream()`. */
const contents = new WeakSet<object>();

/** Makes a schema one of content. */
export function markContent<S extends Schema>(schema: S): S {
  contents.add(schema);
  return schema;
}

const known = new WeakMap<Schema, boolean>();

/** Whether a schema asks for content, itself or anywhere within. */
export function asks(schema: Schema): boolean {
  const before = known.get(schema);
  if (before !== undefined) return before;
  // Stands until the answer is there: a schema that holds itself asks for no more by that.
  known.set(schema, false);
  const found = contents.has(schema) || partsOf(schema).some(asks);
  known.set(schema, found);
  return found;
}

/** Whether a schema asks for content at a place in its value. */
export function asksAt(schema: Schema, path: readonly PathStep[]): boolean {
  if (contents.has(schema)) return path.length === 0;
  if (!asks(schema)) return false;
  const [step, ...rest] = path;
  if (step !== undefined) {
    const items = itemsOf(schema, step);
    if (items !== undefined) return items.some((item) => asksAt(item, rest));
  }
  return wrapped(schema).some((inner) => asksAt(inner, path));
}

/** What a schema is defined by. Its fields differ by its type, so each is looked at before it is used. */
function field(schema: Schema, name: string): unknown {
  return Reflect.get(schema._zod.def, name);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && "_zod" in value;
}

function schemasIn(value: unknown): Schema[] {
  if (isSchema(value)) return [value];
  if (Array.isArray(value)) return value.filter(isSchema);
  return typeof value === "object" && value !== null ? Object.values(value).filter(isSchema) : [];
}

/** The schemas of what stands at a key or an index; undefined where a schema has no such things. */
function itemsOf(schema: Schema, step: PathStep): Schema[] | undefined {
  switch (schema._zod.def.type) {
    case "object":
      return schemasIn(Reflect.get(Object(field(schema, "shape")), step) ?? field(schema, "catchall"));
    case "array":
      return schemasIn(field(schema, "element"));
    case "tuple": {
      const items = schemasIn(field(schema, "items"));
      return schemasIn(items[Number(step)] ?? field(schema, "rest"));
    }
    case "record":
      return schemasIn(field(schema, "valueType"));
    default:
      return undefined;
  }
}

/** The schemas of the very value that a schema is of: what is optional, piped, or one of several. */
function wrapped(schema: Schema): Schema[] {
  const getter = field(schema, "getter");
  const lazy = typeof getter === "function" ? schemasIn(getter()) : [];
  const names = ["innerType", "in", "options", "left", "right"];
  return [...lazy, ...names.flatMap((name) => schemasIn(field(schema, name)))];
}

function partsOf(schema: Schema): Schema[] {
  const names = ["shape", "catchall", "element", "items", "rest", "valueType", "keyType"];
  return [...wrapped(schema), ...names.flatMap((name) => schemasIn(field(schema, name)))];
}
