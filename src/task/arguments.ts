/** The arguments of a call: told apart, checked by the contract, and parsed for the handler. @module */
import { $ZodAsyncError, safeParse, safeParseAsync } from "zod/v4/core";
import { isPlainObject } from "../base/json.ts";
import type { CallValues } from "../canvas/callee.ts";
import { content } from "./content_hook.ts";
import type { TaskDefinition } from "./definition.ts";
import type { Awaitable, Schema } from "./schema.ts";
import { type Problem, problemsOf, ValidationError } from "./validation_error.ts";

export type { CallValues };

/**
 * Tells named arguments from positional ones. A contract with `kwargs` takes them as the last value: a plain object that
 * stands behind all required positional arguments.
 */
export function splitCall(definition: TaskDefinition, values: readonly unknown[]): CallValues {
  if (definition.kwargs === undefined) return { args: values };
  const last = values.at(-1);
  const behind = values.length > requiredCount(definition);
  return behind && isPlainObject(last) ? { args: values.slice(0, -1), kwargs: last } : { args: values };
}

function requiredCount(definition: TaskDefinition): number {
  let count = definition.args.length;
  while (count > 0 && definition.args[count - 1]?._zod.optin !== undefined) count--;
  return count;
}

/**
 * Checks the arguments of a call in a workflow. The first `given` ones come from a predecessor and are not there yet. A
 * promise only where a schema needs one.
 */
export function checkGiven(definition: TaskDefinition, values: CallValues, given: number): void | Promise<void> {
  const args = given === 0 ? values.args : [...Array<undefined>(given), ...values.args];
  const parsed = checkPlaces(definition, placesOf(definition, { ...values, args }, "send").slice(given));
  if (parsed instanceof Promise) return parsed.then(() => {});
}

/**
 * Checks the arguments that a caller gives. They travel as they were given: it is the worker that parses them. A promise
 * only where a schema needs one.
 */
export function checkCall(definition: TaskDefinition, values: CallValues): Awaitable<unknown> {
  return checkPlaces(definition, placesOf(definition, values, "send"));
}

function checkPlaces(definition: TaskDefinition, places: readonly Place[]): Awaitable<unknown[]> {
  const check = () => parsePlaces(definition, places, "send");
  return content.hook?.unread(places, check) ?? check();
}

/** The arguments parsed, in the order the handler takes them. A promise only where a schema needs one. */
export function parseCall(definition: TaskDefinition, values: CallValues, action: string): Awaitable<unknown[]> {
  return parsePlaces(definition, placesOf(definition, values, action), action);
}

function parsePlaces(definition: TaskDefinition, places: readonly Place[], action: string): Awaitable<unknown[]> {
  const results: (ParseResult | Promise<ParseResult>)[] = [];
  let waits = false;
  for (const place of places) {
    const result = parse(place.schema, place.value);
    waits ||= result instanceof Promise;
    results.push(result);
  }
  if (waits) return Promise.all(results).then((settled) => outputs(definition, places, settled, action));
  return outputs(definition, places, results as ParseResult[], action);
}

/** Where an argument stands: its path is put together only when something is wrong with it. */
interface Place {
  readonly at: number | "kwargs";
  readonly schema: Schema;
  readonly value: unknown;
}

type ParseResult = ReturnType<typeof safeParse<Schema>>;

function placesOf(definition: TaskDefinition, values: CallValues, action: string): Place[] {
  const { args, rest, kwargs, name } = definition;
  const refuse = (path: string, expected: string, received: string) => {
    throw new ValidationError(action, name, [{ path, expected, received }]);
  };
  const given = values.args.length;
  const named = Object.keys(values.kwargs ?? {}).length;
  if (given > args.length && rest === undefined) {
    const more = kwargs === undefined ? "" : " and an object of named ones";
    refuse("args", `at most ${args.length} positional arguments${more}`, `${given} of them`);
  }
  if (named > 0 && kwargs === undefined) {
    refuse("kwargs", "absent: the contract has no named arguments", `an object of ${named}`);
  }
  const places: Place[] = [];
  for (let at = 0; at < Math.max(given, args.length); at++) {
    const schema = args[at] ?? rest;
    if (schema !== undefined) places.push({ at, schema, value: values.args[at] });
  }
  if (kwargs !== undefined) places.push({ at: "kwargs", schema: kwargs, value: values.kwargs ?? {} });
  return places;
}

function parse(schema: Schema, value: unknown): ParseResult | Promise<ParseResult> {
  try {
    // Content may have to be read, which a first try that does not wait would do in vain.
    if (!content.hook?.asks(schema)) return safeParse(schema, value);
  } catch (error) {
    if (!(error instanceof $ZodAsyncError)) throw error;
  }
  return safeParseAsync(schema, value);
}

function outputs(
  definition: TaskDefinition,
  places: readonly Place[],
  results: readonly ParseResult[],
  action: string,
): unknown[] {
  const problems: Problem[] = [];
  const values = results.map((result, index) => {
    const place = places[index];
    if (!result.success && place) problems.push(...problemsOf(result.error.issues, pathOf(place), place.value));
    return result.data;
  });
  if (problems.length > 0) throw new ValidationError(action, definition.name, problems);
  return values;
}

function pathOf({ at }: Place): string {
  return at === "kwargs" ? at : `args[${at}]`;
}

/** The result parsed by the contract's schema; as it is where there is none. */
export function parseResult(definition: TaskDefinition, value: unknown): Awaitable<unknown> {
  const { returns, name } = definition;
  if (returns === undefined) return value;
  const finish = (result: ParseResult) => {
    if (result.success) return result.data;
    throw new ValidationError("take the result of", name, problemsOf(result.error.issues, "result", value));
  };
  const result = parse(returns, value);
  return result instanceof Promise ? result.then(finish) : finish(result);
}
