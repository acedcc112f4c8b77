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
      [{ concurrency: 0 }, "settings.concurrency must be at least 1: current value is 0"],
      [{ concurrency: "many" }, 'settings.concurrency must be a number: current value is "many"'],
      [{ prefetch: "some" }, 'settings.prefetch must be "auto" or a whole number of at least 0'],
      [{ lease: "soon" }, 'settings.lease must be a duration such as "10s" or { minutes: 5 }: current value is "soon"'],
      [{ lease: 30 }, "settings.lease must be a duration such as"],
      [{ lease: "10ms" }, 'settings.lease must be at least 1s: current value is "10ms"'],
      [{ logLevel: "loud" }, 'settings.logLevel must be one of "debug"'],
      [{ queue: "no spaces" }, 'settings.queue must be a name such as "mail" or "mail.fast"'],
      [{ queue: "secret".repeat(9) + "!" }, "current value is a string of 55 characters"],
      [{ colour: "red" }, "settings.colour must be one of queue, resultRetention, maxDeliveries, concurrency"],
      [
        { concurrency: 0, lease: "soon" },
        "settings.concurrency must be at least 1: current value is 0; settings.lease",
      ],
    ];
    for (const [settings, words] of refusals) {
      expect(() => checkSettings(settings, "app shop")).toThrow(words);
    }
    expect(() => settingsFromEnv({ UMBEL_CONCURRENCY: "ten", UMBEL_MAX_DELIVERIES: "0" })).toThrow(
      "Cannot take the settings of the environment as UMBEL_MAX_DELIVERIES must be at least 1: current value is 0; " +
        'UMBEL_CONCURRENCY must be a number: current value is "ten"',
    );
  });
});
