/** Counts commands as Upstash bills them: each one of a client, and each `redis.call` inside a script. @module */

/** How often a command ran, sent by a client and called by scripts. */
export interface CommandCost {
  readonly client: number;
  readonly inner: number;
}

/** What a script cost. */
export interface ScriptCost {
  /** The first comment of the script, to know it by; for a function, its name. */
  readonly label: string;
  /** How often it ran. */
  readonly calls: number;
  /** Commands called inside, over all runs. */
  readonly inner: number;
  /** The same by command. */
  readonly commands: Readonly<Record<string, number>>;
}

/** What has been spent since the start or the last reset. */
export interface GatewayCost {
  /** HTTP requests that passed authentication. */
  readonly requests: number;
  /** Commands as billed: `client` and `inner` together. */
  readonly commands: number;
  /** Commands that clients sent; those of a pipeline or a transaction one by one. */
  readonly client: number;
  /** Commands that scripts and functions called. */
  readonly inner: number;
  /** By command name, in upper case. */
  readonly byCommand: Readonly<Record<string, CommandCost>>;
  /** By the SHA-1 of the script as the client knows it; a function by `function:` and its name. */
  readonly byScript: Readonly<Record<string, ScriptCost>>;
}

interface ScriptTally {
  readonly label: string;
  calls: number;
  readonly commands: Map<string, number>;
}

/** The counter. */
export class CostCounter {
  #requests = 0;
  readonly #client = new Map<string, number>();
  readonly #inner = new Map<string, number>();
  readonly #scripts = new Map<string, ScriptTally>();

  /** Notes a request. */
  request(): void {
    this.#requests++;
  }

  /** Notes a command of a client. */
  command(name: string): void {
    add(this.#client, name, 1);
  }

  /** Notes a run of a script and what it called. */
  script(id: string, label: string, calls: ReadonlyMap<string, number>): void {
    const tally = this.#scripts.get(id) ?? { label, calls: 0, commands: new Map() };
    this.#scripts.set(id, tally);
    tally.calls++;
    for (const [name, count] of calls) {
      add(this.#inner, name, count);
      add(tally.commands, name, count);
    }
  }

  /** What has been counted. */
  read(): GatewayCost {
    const byCommand: Record<string, CommandCost> = {};
    for (const name of [...new Set([...this.#client.keys(), ...this.#inner.keys()])].sort()) {
      byCommand[name] = { client: this.#client.get(name) ?? 0, inner: this.#inner.get(name) ?? 0 };
    }
    const byScript: Record<string, ScriptCost> = {};
    for (const [id, { label, calls, commands }] of this.#scripts) {
      byScript[id] = { label, calls, inner: sum(commands), commands: Object.fromEntries(commands) };
    }
    const client = sum(this.#client);
    const inner = sum(this.#inner);
    return { requests: this.#requests, commands: client + inner, client, inner, byCommand, byScript };
  }

  /** Forgets everything. */
  reset(): void {
    this.#requests = 0;
    this.#client.clear();
    this.#inner.clear();
    this.#scripts.clear();
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
