/** Commands that run until a signal, as processes. */

import { join } from "node:path";
import { until } from "./until.ts";

const ROOT = join(import.meta.dir, "../..");

/** A command that runs in the repository's folder. */
export class Running implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #ended: Promise<number>;
  #isOver = false;
  /** What it has printed so far. */
  out = "";
  err = "";

  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = Bun.spawn([...command], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const read = async (stream: ReadableStream<Uint8Array>, take: (text: string) => void) => {
      const decoder = new TextDecoder();
      for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
    };
    const out = read(this.#child.stdout, (text) => this.out += text);
    const err = read(this.#child.stderr, (text) => this.err += text);
    this.#ended = Promise.all([this.#child.exited, out, err]).then(([code]) => {
      this.#isOver = true;
      return code;
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The first group of a pattern in what it prints, as soon as it is there. */
  async line(pattern: RegExp): Promise<string> {
    return await until(`${pattern} in the output`, () => {
      const isOver = this.#isOver;
      const found = pattern.exec(this.out + this.err)?.[1];
      if (isOver && found === undefined) throw new Error(`The command has ended:\n${this.out}${this.err}`);
      return found;
    }, 40_000);
  }

  /** Sends a signal. */
  signal(signal: "SIGTERM" | "SIGINT"): void {
    this.#child.kill(signal);
  }

  /** The exit code, when it has ended by itself. */
  async end(): Promise<number> {
    const code = await until("the end of the command", async () => this.#isOver && { code: await this.#ended }, 40_000);
    return code.code;
  }

  /** Sends a signal and waits for the end; gives the exit code. */
  async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<number> {
    this.signal(signal);
    return await this.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/** The `umbel` command. */
export function runUmbel(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  return new Running([process.execPath, join(ROOT, "src/cli/bin.ts"), ...args], env);
}
