/** Workers in processes of their own; one that is killed is replaced. */
import { join } from "node:path";

/** A number of workers of the app of `killed_tasks.ts`, or of another script beside it. */
export class Fleet {
  kills = 0;
  readonly #size: number;
  readonly #env: Record<string, string | undefined>;
  readonly #script: string;
  readonly #workers: Bun.Subprocess[] = [];

  constructor(size: number, env: Record<string, string | undefined>, script = "killed_worker.ts") {
    this.#script = script;
    this.#size = size;
    this.#env = env;
  }

  async fill(): Promise<void> {
    while (this.#workers.length < this.#size) this.#workers.push(await this.#start());
  }

  /** Kills one at random, wherever it is, and puts another in its place. */
  async killOne(): Promise<void> {
    const [victim] = this.#workers.splice(Math.floor(Math.random() * this.#workers.length), 1);
    victim?.kill("SIGKILL");
    await victim?.exited;
    this.kills++;
    await this.fill();
  }

  async stop(): Promise<void> {
    for (const worker of this.#workers) worker.kill("SIGKILL");
    await Promise.all(this.#workers.map((worker) => worker.exited));
  }

  async #start(): Promise<Bun.Subprocess> {
    const ready = Promise.withResolvers<void>();
    const worker = Bun.spawn([process.execPath, join(import.meta.dir, this.#script)], {
      env: this.#env,
      stdio: ["ignore", "inherit", "inherit"],
      ipc: () => ready.resolve(),
      onExit: () => ready.reject(new Error("A worker has ended before it was ready")),
    });
    await ready.promise;
    return worker;
  }
}
