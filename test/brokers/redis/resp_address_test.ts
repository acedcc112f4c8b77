import { describe, expect, test } from "bun:test";
import { resolveRespAddress } from "../../../src/brokers/redis/resp_address.ts";

describe("resolveRespAddress", () => {
  test("reads a URL", () => {
    expect(resolveRespAddress({ url: "rediss://me:p%40ss@[::1]:7000/3" })).toEqual({
      host: "::1",
      port: 7000,
      username: "me",
      password: "p@ss",
      db: 3,
      tls: {},
    });
  });

  test("has defaults, and prefers fields", () => {
    const address = { host: "127.0.0.1", port: 6379, username: undefined, password: undefined, db: 0, tls: undefined };
    expect(resolveRespAddress({})).toEqual(address);
    expect(resolveRespAddress({ url: "redis://:a@there/1", host: "here", password: "b", db: 2 })).toEqual({
      ...address,
      host: "here",
      password: "b",
      db: 2,
    });
  });

  test("never prints what may hold a password", () => {
    for (
      const url of [
        "redis://:s3cret@:bad:url",
        "http://:s3cret@host",
        "redis://:s3cret@host/s3cret",
        "redis://:%s3cret@host",
      ]
    ) {
      let text = "";
      try {
        resolveRespAddress({ url });
      } catch (error) {
        text = String(error);
      }
      expect(text).toContain("Cannot connect to Redis");
      expect(text).not.toContain("s3cret");
    }
  });
});
