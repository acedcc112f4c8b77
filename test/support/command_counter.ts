/** Counts what a Redis server runs, as a provider may bill it: commands of clients, and those inside their scripts. */
import { RespConnection } from "../../src/brokers/redis/resp_connection.ts";
import { until } from "./until.ts";

/** What was run in a while. */
export interface CommandCount {
  /** Commands that clients sent. */
  readonly sent: number;
  /** Those, and every command inside a script. */
  readonly all: number;
  /** How often each command was run, those inside scripts with `lua ` before them. */
  readonly names: Readonly<Record<string, number>>;
}

/** A line of `MONITOR`: who sent it, and the command. */
const LINE = /^[\d.]+ \[\d+ ([^\]]*)\] "([^"]*)"/;

/** Listens to everything a server runs. */
export class CommandCounter {
  readonly #monitor: RespConnection;
  readonly #marker: RespConnection;
  #lines: string[] = [];
  #marks = 0;

  private constructor(monitor: RespConnection, marker: RespConnection) {
    this.#monitor = monitor;
    this.#marker = marker;
  }

  /** Begins to listen. */
  static async start(url: string): Promise<CommandCounter> {
    const [monitor, marker] = await Promise.all([RespConnection.connect({ url }), RespConnection.connect({ url })]);
    const counter = new CommandCounter(monitor, marker);
    await monitor.monitor((line) => counter.#lines.push(line));
    return counter;
  }

  /** What is run while something is done. Connecting and switching off are not counted. */
  async count(act: () => Promise<unknown>): Promise<CommandCount> {
    await this.#sync();
    this.#lines = [];
    await act();
    await this.#sync();
    const names: Record<string, number> = {};
    let [sent, all] = [0, 0];
    for (const line of this.#lines) {
      const [, source = "", command = ""] = LINE.exec(line) ?? [];
      const name = command.toLowerCase();
      if (name === "" || name === "echo" || name === "monitor") continue;
      const inner = source === "lua";
      all++;
      if (!inner) sent++;
      const key = inner ? `lua ${name}` : name;
      names[key] = (names[key] ?? 0) + 1;
    }
    return { sent, all, names };
  }

  /** Waits until everything that was run so far has come. */
  async #sync(): Promise<void> {
    const mark = `mark ${++this.#marks}`;
    await this.#marker.command(["ECHO", mark]);
    await until("the mark", () => this.#lines.some((line) => line.includes(mark)));
  }

  /** Stops listening. */
  async stop(): Promise<void> {
    this.#monitor.destroy();
    await this.#marker.close();
  }
}
