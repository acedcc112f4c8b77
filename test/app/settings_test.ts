import { describe, expect, test } from "bun:test";
import {
  checkSettings,
  DEFAULT_SETTINGS,
  resolveSettings,
  settingsFromEnv,
  variableOf,
} from "../../src/app/settings.ts";

describe("settings", () => {
  test("have a default each", () => {
    expect(resolveSettings()).toEqual({
      queue: "default",
      resultRetention: 86_400_000,
      maxDeliveries: 3,
      concurrency: 10,
      prefetch: "auto",
      lease: 30_000,
      shutdownTimeout: 3_600_000,
      serialization: "rich",
      blobGrace: 3_600_000,
      logLevel: "info",
    });
  });

  test("of the first layer win, and what it leaves out comes from the next", () => {
    const settings = resolveSettings({ queue: "code", lease: undefined }, { queue: "env", lease: "10s" }, {
      prefetch: 2,
    });
    expect(settings).toMatchObject({ queue: "code", lease: 10_000, prefetch: 2, concurrency: 10 });
  });

  test("come from variables, each by its name", () => {
    const env = {
      UMBEL_QUEUE: "mail",
      UMBEL_RESULT_RETENTION: "2h",
      UMBEL_MAX_DELIVERIES: "5",
      UMBEL_CONCURRENCY: "7",
      UMBEL_PREFETCH: "auto",
      UMBEL_LEASE: "45s",
      UMBEL_SHUTDOWN_TIMEOUT: "1m",
      UMBEL_SERIALIZATION: "strict",
      UMBEL_BLOB_GRACE: "30m",
      UMBEL_LOG_LEVEL: "debug",
      UMBEL_BROKER: "memory:",
      OTHER: "x",
    };
    expect(Object.keys(DEFAULT_SETTINGS).map(variableOf).every((name) => name in env)).toBe(true);
    expect(resolveSettings(settingsFromEnv(env))).toEqual({
      queue: "mail",
      resultRetention: 7_200_000,
      maxDeliveries: 5,
      concurrency: 7,
      prefetch: "auto",
      lease: 45_000,
      shutdownTimeout: 60_000,
      serialization: "strict",
      blobGrace: 1_800_000,
      logLevel: "debug",
    });
  });

  test("that cannot be are refused by their path", () => {
    const refusals: readonly (readonly [object, string])[] = [
      [{ concurrency: 0 }, "settings.concurrency must be at least 1"],
      [{ concurrency: "many" }, "settings.concurrency must be a number"],
      [{ lease: "soon" }, 'settings.lease must be as its schema says (a duration such as "10s"'],
      [{ lease: "10ms" }, "settings.lease must be at least 1s"],
      [{ logLevel: "loud" }, 'settings.logLevel must be one of "debug"'],
      [{ queue: "no spaces" }, "settings.queue must be a text in the format"],
      [{ colour: "red" }, 'settings must be without the keys "colour"'],
    ];
    for (const [settings, words] of refusals) {
      expect(() => checkSettings(settings, "app shop")).toThrow(words);
    }
    expect(() => settingsFromEnv({ UMBEL_CONCURRENCY: "ten" })).toThrow(
      "Cannot take the settings of the UMBEL_* variables",
    );
  });
});
