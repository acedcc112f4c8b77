/**
 * How processes on one machine wake each other: each has a file, its bell, which it watches and others touch.
 *
 * A bell says only "look into the database"; what is new stands there. So one that is lost, or rings for nothing, does
 * no harm: `patrol.ts` looks too, every few seconds.
 *
 * @module
 */

import type { FSWatcher } from "node:fs";

/** What a bell needs of the host. It is loaded when a broker opens, so that the module can be imported anywhere. */
interface Host {
  readonly fs: typeof import("node:fs");
  readonly name: string;
  readonly process: { readonly pid: number; kill(pid: number, signal: 0): void };
}

/** The bell of this process, and the way to those of others. */
export class Bells {
  /** The name of this process's bell: host, process id and a random end, since a process may have several brokers. */
  readonly own: string;
  readonly #host: Host;
  readonly #folder: string | undefined;
  #watcher: FSWatcher | undefined;
  #isListening = false;

  private constructor(host: Host, folder: string | undefined) {
    this.#host = host;
    this.#folder = folder;
    this.own = `${host.name}.${host.process.pid}.${crypto.randomUUID().slice(0, 8)}`;
  }

  /** The bells beside a database file; a database in memory has none, since nobody else sees it. */
  static async open(path: string): Promise<Bells> {
    const [fs, os, { default: process }] = await Promise.all([
      import("node:fs"),
      import("node:os"),
      import("node:process"),
    ]);
    const name = hostName(os).replace(/[^A-Za-z0-9-]/g, "_");
    return new Bells({ fs, name, process }, path === ":memory:" ? undefined : `${path}.bells`);
  }

  /**
   * Begins to listen, when it does not yet: from now on `rung` is called when somebody rings. Where the host has no
   * watcher left to give, that is a lost bell and no more.
   */
  listen(rung: () => void): void {
    if (this.#folder === undefined || this.#isListening) return;
    this.#isListening = true;
    const { fs } = this.#host;
    try {
      fs.mkdirSync(this.#folder, { recursive: true });
      this.#removeDead(this.#folder);
      fs.writeFileSync(this.#path(this.own), "0");
      this.#watcher = fs.watch(this.#path(this.own), { persistent: false }, rung).on("error", () => {});
    } catch {
      // The patrol finds what the bell would have told of.
    }
  }

  /** Rings the bell of another process; tells whether there was one. */
  ring(name: string): boolean {
    if (this.#folder === undefined) return false;
    const { fs } = this.#host;
    try {
      const file = fs.openSync(this.#path(name), "r+");
      try {
        fs.writeSync(file, "1", 0);
      } finally {
        fs.closeSync(file);
      }
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Whether the process of a bell is known to be dead. One on another host, as two containers that share a folder are,
   * cannot be asked.
   */
  isDead(name: string): boolean {
    const [host, pid] = name.split(".");
    if (host !== this.#host.name || name === this.own) return false;
    try {
      this.#host.process.kill(Number(pid), 0);
      return false;
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "ESRCH";
    }
  }

  /** Removes a bell that nobody listens to any more. */
  remove(name: string): void {
    if (this.#folder === undefined) return;
    this.#host.fs.rmSync(this.#path(name), { force: true });
  }

  /** Stops to listen, and takes the own bell down. */
  close(): void {
    this.#watcher?.close();
    if (this.#isListening) this.remove(this.own);
  }

  #removeDead(folder: string): void {
    for (const name of this.#host.fs.readdirSync(folder)) if (this.isDead(name)) this.remove(name);
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }
}

/** The name of the host, where Deno has been allowed to tell it. */
function hostName({ hostname }: typeof import("node:os")): string {
  try {
    return hostname();
  } catch {
    return "unknown";
  }
}
