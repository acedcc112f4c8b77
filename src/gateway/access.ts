/** Who may enter the gateway: the bearer token of a request, and what it allows. @module */
import { createHash, timingSafeEqual } from "node:crypto";
import { GatewayError } from "./gateway_error.ts";

/** What a token allows: everything, or commands that only read. */
export type AccessLevel = "full" | "read";

/** Knows the tokens. They are compared by their hashes, in constant time; one that was right is remembered. */
export class AccessControl {
  readonly #full: Uint8Array;
  readonly #read: Uint8Array | undefined;
  readonly #known = new Map<string, AccessLevel>();

  /** Takes the two tokens. */
  constructor(token: string, readOnlyToken: string | undefined) {
    this.#full = digest(token);
    this.#read = readOnlyToken === undefined ? undefined : digest(readOnlyToken);
  }

  /** What the request may do. Throws the 401 of Upstash when it has no token, or a wrong one. */
  levelOf(request: Request, url: URL): AccessLevel {
    const given = bearerToken(request.headers.get("authorization")) ?? url.searchParams.get("_token");
    const level = given === null ? undefined : this.#known.get(given) ?? this.#compare(given);
    if (level === undefined) throw new GatewayError(401, "WRONGPASS invalid or missing auth token");
    return level;
  }

  #compare(given: string): AccessLevel | undefined {
    const hash = digest(given);
    const isFull = timingSafeEqual(hash, this.#full);
    const isRead = this.#read !== undefined && timingSafeEqual(hash, this.#read);
    if (!isFull && !isRead) return undefined;
    const level = isFull ? "full" : "read";
    this.#known.set(given, level);
    return level;
  }
}

function bearerToken(header: string | null): string | undefined {
  return /^bearer\s+(\S+)\s*$/i.exec(header ?? "")?.[1];
}

function digest(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
