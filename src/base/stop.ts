/** Stops what goes on for as long as something is open. @module */

/** As much of an `AbortSignal` as waiting takes. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/**
 * Aborts once, and is its own signal. On Cloudflare Workers an `AbortController` belongs to the request that made it: the
 * next one may not even ask whether it is aborted. This one is nobody's.
 */
export class Stop implements StopSignal {
  #aborted = false;
  readonly #listeners = new Set<() => void>();
  #controller: AbortController | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  /** A signal of the host's that aborts with it, for what takes no other. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Aborts, and tells all who listen. */
  abort(): void {
    this.#aborted = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
    this.#controller?.abort();
  }

  /** Listens; each listener is called once at the most. */
  addEventListener(_type: "abort", listener: () => void): void {
    if (!this.#aborted) this.#listeners.add(listener);
  }

  /** Listens no more. */
  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.delete(listener);
  }
}
