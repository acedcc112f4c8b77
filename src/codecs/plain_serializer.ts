/** The smallest serializer: plain JSON travels, all else is refused with every path and kind. For size-bound edges. @module */
import { isPlainObject } from "../base/json.ts";
import { formatPath, type Step } from "../base/path.ts";
import type { Encoded } from "../protocol/encoded.ts";
import { unknownEncoding } from "./decode_error.ts";
import type { FlagKind } from "./kinds.ts";
import { type Refusal, SerializationError } from "./serialization_error.ts";

/**
 * What travels for a value: itself.
 *
 * @throws {SerializationError} naming every place that JSON would not carry as it is
 */
export function encodePlain(value: unknown): Encoded {
  if (value === undefined) return {};
  const refusals: Refusal[] = [];
  visit(value, [], [], refusals);
  if (refusals.length > 0) throw new SerializationError("", "all of it must be plain JSON", refusals);
  return { data: value };
}

/**
 * The value of what travelled.
 *
 * @throws {DecodeError} when it is no plain JSON
 */
export function decodePlain({ data, enc }: Encoded): unknown {
  if (enc === undefined) return data;
  throw unknownEncoding(enc);
}

/** Deeper values are refused, as by the full serializer. */
const DEEPEST = 512;

const ADVICE = "send plain data for it, or give the sender a serializer that carries it";

function visit(value: unknown, steps: Step[], ancestors: object[], refusals: Refusal[]): void {
  const kind = refusedKind(value, ancestors);
  if (kind !== undefined) refusals.push({ path: formatPath("", steps), kind, advice: ADVICE });
  else if (typeof value === "object" && value !== null) {
    ancestors.push(value);
    const isArray = Array.isArray(value);
    for (const key of isArray ? value.keys() : Object.keys(value)) {
      const held: unknown = Reflect.get(value, key);
      // JSON leaves such a field out.
      if (held === undefined && !isArray) continue;
      steps.push(key);
      visit(held, steps, ancestors, refusals);
      steps.pop();
    }
    ancestors.pop();
  }
}

/** What forbids to send a value, apart from what it holds. */
function refusedKind(value: unknown, ancestors: readonly object[]): FlagKind | undefined {
  if (typeof value === "number") {
    if (Object.is(value, -0)) return "-0";
    return Number.isFinite(value) ? undefined : value > 0 ? "Infinity" : value < 0 ? "-Infinity" : "NaN";
  }
  if (typeof value === "object" && value !== null) {
    if (ancestors.includes(value)) return "cycle";
    if (ancestors.length >= DEEPEST) return "too deep";
    if (Object.hasOwn(value, "__proto__")) return "__proto__ key";
    return Array.isArray(value) || isPlainObject(value) ? undefined : `instance of ${value.constructor?.name}`;
  }
  const type = typeof value;
  return type === "string" || type === "boolean" || type === "object" || type === "number" ? undefined : type;
}
