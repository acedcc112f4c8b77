/** The settings of an app: every key, what it means, and its default, in this one place. @module */
import * as z from "zod/mini";
import { type Duration, toMilliseconds } from "../base/duration.ts";
import { LOG_LEVELS, type LogLevel } from "../base/log.ts";
import type { BlobStore } from "../blob_store.ts";
import type { Broker } from "../broker.ts";
import { SERIALIZATION_POLICIES, type SerializationPolicy } from "../protocol/serialization_policy.ts";
import { kindOf, type Problem, problemsOf } from "../task/validation_error.ts";

/**
 * The settings of an app. They come from the code (`new Umbel(name, settings)`), from `UMBEL_*` variables, from
 * `umbel.config.ts` where the `umbel` command finds one, and from the defaults; what comes first here wins.
 */
export interface Settings {
  /** The queue of tasks that name none. `UMBEL_QUEUE`. @default {"default"} */
  readonly queue?: string;
  /** How long a result is kept. `UMBEL_RESULT_RETENTION`. @default {"1d"} */
  readonly resultRetention?: Duration;
  /**
   * How often a message may be handed out when its workers die over it, before the task fails with `WorkerLost`.
   * `UMBEL_MAX_DELIVERIES`. @default {3}
   */
  readonly maxDeliveries?: number;
  /** How many tasks a worker runs at once. Raise it for tasks that wait, not for tasks that compute. `UMBEL_CONCURRENCY`. @default {10} */
  readonly concurrency?: number;
  /**
   * How many messages a worker holds beyond those it runs. `auto`: as many again as it runs while its tasks are short,
   * none while they are long, so that no worker hoards what another could run. `UMBEL_PREFETCH`. @default {"auto"}
   */
  readonly prefetch?: number | "auto";
  /**
   * How long a worker's messages stay its own without a sign of life: how late a crash is noticed at the most. Raise it
   * where handlers block the event loop for long. `UMBEL_LEASE`. @default {"30s"}
   */
  readonly lease?: Duration;
  /** How long a stopping worker lets running tasks finish before it takes them back. `UMBEL_SHUTDOWN_TIMEOUT`. @default {"1h"} */
  readonly shutdownTimeout?: Duration;
  /**
   * What becomes of values that JSON cannot carry: `strict` refuses them, `rich` sends them as MessagePack, `reference`
   * keeps them elsewhere and sends references. Tasks and calls can say otherwise. `UMBEL_SERIALIZATION`. @default {"rich"}
   */
  readonly serialization?: SerializationPolicy;
  /**
   * How long a file, a stream or a large value is kept that no task needs: longer than the longest time that an upload and
   * the call it is for may take. Workers look about that often. `UMBEL_BLOB_GRACE`. @default {"1h"}
   */
  readonly blobGrace?: Duration;
  /** The least level of the lines a worker writes. `UMBEL_LOG_LEVEL`. @default {"info"} */
  readonly logLevel?: LogLevel | "silent";
}

/** What `umbel.config.ts` may say: settings, and what the app is connected to. */
export interface UmbelConfig extends Settings {
  /** The broker, or its URL. */
  readonly broker?: Broker | string | undefined;
  /** Where files, streams and large values are kept, or its URL. */
  readonly blobs?: BlobStore | string | undefined;
}

/** Settings, all of them known; durations in milliseconds. */
export interface ResolvedSettings {
  readonly queue: string;
  readonly resultRetention: number;
  readonly maxDeliveries: number;
  readonly concurrency: number;
  readonly prefetch: number | "auto";
  readonly lease: number;
  readonly shutdownTimeout: number;
  readonly serialization: SerializationPolicy;
  readonly blobGrace: number;
  readonly logLevel: LogLevel | "silent";
}

/** What holds where nobody says otherwise. */
export const DEFAULT_SETTINGS: Required<Settings> = {
  queue: "default",
  resultRetention: "1d",
  maxDeliveries: 3,
  concurrency: 10,
  prefetch: "auto",
  lease: "30s",
  shutdownTimeout: "1h",
  serialization: "rich",
  blobGrace: "1h",
  logLevel: "info",
};

/** The longest text that an error shows of a value. */
const SHOWN = 30;

const duration = z.custom<Duration>(isDuration, 'a duration such as "10s" or { minutes: 5 }');

const settingsSchema = z.strictObject({
  queue: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_][\w.:/-]{0,199}$/, 'a name such as "mail" or "mail.fast"'))),
  resultRetention: z.optional(duration),
  maxDeliveries: z.optional(z.int().check(z.gte(1))),
  concurrency: z.optional(z.int().check(z.gte(1), z.lte(10_000))),
  prefetch: z.optional(z.custom<number | "auto">(isPrefetch, '"auto" or a whole number of at least 0')),
  lease: z.optional(duration),
  shutdownTimeout: z.optional(duration),
  serialization: z.optional(z.enum(SERIALIZATION_POLICIES)),
  blobGrace: z.optional(duration),
  logLevel: z.optional(z.enum(LOG_LEVELS)),
});

function isDuration(value: unknown): boolean {
  try {
    toMilliseconds(value as Duration);
    return true;
  } catch {
    return false;
  }
}

function isPrefetch(value: unknown): boolean {
  return value === "auto" || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0);
}

/** Settings that cannot be: an unknown key, or a value that is none. */
export class SettingsError extends TypeError {
  override readonly name: string = "SettingsError";
  readonly problems: readonly Problem[];

  constructor(source: string, problems: readonly Problem[]) {
    const told = problems.map((p) => `${p.path} must be ${p.expected}: current value is ${p.received}`).join("; ");
    super(`Cannot take the settings of ${source} as ${told}`);
    this.problems = problems;
  }
}

/**
 * The settings, checked.
 *
 * @param source names where they stand, for the error
 * @throws {SettingsError} naming each bad key by its path
 */
export function checkSettings(settings: Settings, source: string): Settings {
  const parsed = z.safeParse(settingsSchema, settings);
  if (!parsed.success) throw new SettingsError(source, parsed.error.issues.flatMap((it) => problemsIn(it, settings)));
  const lease = settings.lease;
  if (lease !== undefined && toMilliseconds(lease) < 1_000) {
    throw new SettingsError(source, [{ path: "settings.lease", expected: "at least 1s", received: shown(lease) }]);
  }
  return settings;
}

/** An unknown key is a problem of its own, and settings have no secrets: their values may be shown. */
function problemsIn(issue: z.core.$ZodIssue, settings: Settings): Problem[] {
  if (issue.code === "unrecognized_keys") {
    const expected = `one of ${Object.keys(DEFAULT_SETTINGS).join(", ")}`;
    return issue.keys.map((key) => ({ path: `settings.${key}`, expected, received: "none of them" }));
  }
  return problemsOf([issue], "settings", settings).map((problem) => ({
    path: problem.path,
    expected: issue.code === "custom" || issue.code === "invalid_format" ? issue.message : problem.expected,
    received: shown(Reflect.get(settings, issue.path[0] ?? "")),
  }));
}

function shown(value: unknown): string {
  const text = typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= SHOWN ? text : kindOf(value);
}

/**
 * What an app is connected to, checked as far as that can be without connecting.
 *
 * @throws {SettingsError} where one is neither the thing itself nor a text
 */
export function checkConnections<C extends Pick<UmbelConfig, "broker" | "blobs">>(given: C, source: string): C {
  const problems = Object.entries(given).flatMap(([key, value]) => {
    const isGood = value === undefined || typeof value === "string" || (typeof value === "object" && value !== null);
    return isGood ? [] : [{ path: `settings.${key}`, expected: NOUNS[key] ?? "", received: kindOf(value) }];
  });
  if (problems.length > 0) throw new SettingsError(source, problems);
  return given;
}

const NOUNS: Readonly<Record<string, string>> = { broker: "a broker or its URL", blobs: "a blob store or its URL" };

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

const NUMBERS = new Set<keyof Settings>(["maxDeliveries", "concurrency", "prefetch"]);

/**
 * The settings that `UMBEL_*` variables give, checked.
 *
 * @throws {SettingsError} naming each bad variable
 */
export function settingsFromEnv(env: Env): Settings {
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(DEFAULT_SETTINGS) as (keyof Settings)[]) {
    const text = env[variableOf(key)];
    if (text === undefined || text === "") continue;
    found[key] = NUMBERS.has(key) && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  try {
    return checkSettings(found, SOURCE);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const path = (it: Problem) => variableOf(it.path.slice("settings.".length));
    throw new SettingsError(SOURCE, error.problems.map((it) => ({ ...it, path: path(it) })));
  }
}

const SOURCE = "the environment";

/** The variable of a setting: `UMBEL_MAX_DELIVERIES` for `maxDeliveries`. */
export function variableOf(key: string): string {
  return `UMBEL_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** All settings, from the given ones (the first that has a key wins) and the defaults. */
export function resolveSettings(...layers: readonly Settings[]): ResolvedSettings {
  const merged: Required<Settings> = Object.assign({}, DEFAULT_SETTINGS, ...[...layers].reverse().map(defined));
  const { resultRetention, lease, shutdownTimeout, blobGrace, ...rest } = merged;
  return {
    ...rest,
    resultRetention: toMilliseconds(resultRetention, "resultRetention"),
    lease: toMilliseconds(lease, "lease"),
    shutdownTimeout: toMilliseconds(shutdownTimeout, "shutdownTimeout"),
    blobGrace: toMilliseconds(blobGrace, "blobGrace"),
  };
}

function defined(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The environment of this process; empty where there is none, as on some edges. */
export function hostEnv(): Env {
  const host: { readonly process?: { readonly env?: Env } } = globalThis;
  return host.process?.env ?? {};
}
