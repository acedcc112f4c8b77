/** Lengths of time as people write them: "250ms", "10s", "1.5m", or an object of units; never a bare number. @module */

/** A unit of time that a duration text may end in. */
export type DurationUnit = "ms" | "s" | "m" | "h" | "d";

/** A length of time: a text such as `"10s"`, `"250ms"`, `"2d"`, or an object such as `{ minutes: 5 }`. */
export type Duration = `${number}${DurationUnit}` | DurationParts;

/** A duration by its parts; the parts add up. */
export interface DurationParts {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

const UNITS: Readonly<Record<DurationUnit, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const TEXT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/**
 * The milliseconds in a duration.
 *
 * @param what names the option in the error, such as `countdown`
 * @throws {RangeError} when it is not a duration, is negative, or is not finite
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toMilliseconds } from "@umbel/umbel";
 *
 * assert.equal(toMilliseconds("1.5s"), 1500);
 * assert.equal(toMilliseconds({ minutes: 2, seconds: 1 }), 121_000);
 * ```
 */
export function toMilliseconds(duration: Duration, what = "duration"): number {
  const ms = typeof duration === "string" ? fromText(duration) : fromParts(duration);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw new RangeError(
    `Cannot read ${what} as it must be a duration such as "10s", "250ms" or { minutes: 5 }: current value is ${
      typeof duration === "string" ? JSON.stringify(duration) : typeof duration
    }`,
  );
}

function fromText(text: string): number {
  const match = TEXT.exec(text.trim());
  if (!match) return NaN;
  return Number(match[1]) * UNITS[match[2] as DurationUnit];
}

function fromParts(parts: DurationParts): number {
  if (parts === null || typeof parts !== "object") return NaN;
  const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = parts;
  return days * UNITS.d + hours * UNITS.h + minutes * UNITS.m + seconds * UNITS.s + milliseconds;
}

/** A duration in words for logs and tables: `1.2s`, `340ms`, `2h`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms * 100) / 100}ms`;
  const unit = ms < 60_000 ? "s" : ms < 3_600_000 ? "m" : ms < 86_400_000 ? "h" : "d";
  return `${Math.round((ms / UNITS[unit]) * 100) / 100}${unit}`;
}
