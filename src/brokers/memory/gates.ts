/** The gates of the memory broker: how many have to arrive, and what has arrived. @module */

import type { Arrival, Gate } from "../../broker.ts";

/** A gate that waits, or has opened and is kept for its arrivals. */
interface MemoryGate {
  size: number;
  open: boolean;
  readonly arrivals: Map<number, string>;
}

/** All gates that are not closed. */
export class Gates {
  readonly #gates = new Map<string, MemoryGate>();

  /** Sets up a gate, or makes one that has not opened grow. */
  add({ id, size, grows }: Gate): void {
    const gate = this.#gates.get(id);
    if (!gate && grows) return;
    if (!gate) this.#gates.set(id, { size, open: false, arrivals: new Map() });
    else if (!gate.open) gate.size += size;
  }

  /** Lets a value arrive; tells whether it was the one that opened the gate. */
  arrive({ gate: id, index, value }: Arrival): boolean {
    const gate = this.#gates.get(id);
    if (!gate || gate.open || gate.arrivals.has(index)) return false;
    gate.arrivals.set(index, value);
    gate.open = gate.arrivals.size >= gate.size;
    return gate.open;
  }

  /** What has arrived, in the order of the indices. */
  arrivals(id: string): readonly string[] {
    const arrivals = [...(this.#gates.get(id)?.arrivals ?? [])];
    return arrivals.sort(([a], [b]) => a - b).map(([, value]) => value);
  }

  /** Forgets a gate and its arrivals. */
  close(id: string): void {
    this.#gates.delete(id);
  }
}
