/** The requests of a connection that wait for their replies, in the order in which they were sent. @module */
import { RedisError } from "./redis_error.ts";
import type { Decoding, Reply } from "./resp.ts";

/** Commands sent in one go, and who waits for their replies. */
export interface RespRequest {
  /** How many replies are to come. */
  readonly expected: number;
  /** Whether they all belong to one command, so that an error reply is the only one and stands for all. */
  readonly joint: boolean;
  readonly replies: Reply[];
  readonly decoding: Decoding;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly resolve: (replies: Reply[]) => void;
  readonly reject: (error: Error) => void;
  written: boolean;
  next: RespRequest | undefined;
}

/** A first-in-first-out list of requests. */
export class RespInbox {
  #head: RespRequest | undefined;
  #tail: RespRequest | undefined;
  #firstUnwritten: RespRequest | undefined;

  /** Whether nobody waits. */
  get empty(): boolean {
    return this.#head === undefined;
  }

  /** How the next reply is to be read. */
  get decoding(): Decoding | undefined {
    return this.#head?.decoding;
  }

  /** Appends a request. */
  add(request: RespRequest): void {
    if (this.#tail === undefined) this.#head = request;
    else this.#tail.next = request;
    this.#tail = request;
    this.#firstUnwritten ??= request;
  }

  /** Notes that every request so far has been handed to the socket. */
  markWritten(): void {
    for (let request = this.#firstUnwritten; request !== undefined; request = request.next) request.written = true;
    this.#firstUnwritten = undefined;
  }

  /** Gives a reply to the first request; false when nobody has been waiting. */
  take(reply: Reply): boolean {
    const request = this.#head;
    if (request === undefined || !request.written) return false;
    request.replies.push(reply);
    const whole = request.replies.length === request.expected || (request.joint && reply instanceof RedisError);
    if (!whole) return true;
    this.#head = request.next;
    if (this.#head === undefined) this.#tail = undefined;
    request.resolve(request.replies);
    return true;
  }

  /** The time by which the next reply must be here; `Infinity` when there is none. */
  earliestDeadline(): number {
    let earliest = Infinity;
    for (let request = this.#head; request !== undefined; request = request.next) {
      earliest = Math.min(earliest, request.deadline);
    }
    return earliest;
  }

  /** Rejects all requests and forgets them. */
  lose(errorFor: (request: RespRequest) => Error): void {
    let request = this.#head;
    this.#head = this.#tail = this.#firstUnwritten = undefined;
    for (; request !== undefined; request = request.next) request.reject(errorFor(request));
  }
}
