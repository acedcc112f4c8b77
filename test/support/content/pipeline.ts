/** An API and a worker in processes of their own, a file that is uploaded through both, and what memory it took. */

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { connect } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import { Checksum } from "../../../src/codecs/checksum.ts";

const MIB = 1_048_576;

type Process = Bun.Subprocess<"ignore", "pipe", "inherit">;

/** What an upload came to. */
export interface Uploaded {
  readonly size: number;
  readonly sum: string;
  /** Milliseconds from the first byte sent until the task had stored its result. */
  readonly ms: number;
  /** By how many bytes the memory of each process grew at its peak. */
  readonly apiGrowth: number;
  readonly workerGrowth: number;
}

/** An API and a worker over the embedded broker in a folder of their own. */
export class ContentPipeline {
  readonly #api: Process;
  readonly #worker: Process;
  readonly #folder: string;
  readonly #url: string;

  private constructor(
    api: Process,
    worker: Process,
    folder: string,
    url: string,
  ) {
    this.#api = api;
    this.#worker = worker;
    this.#folder = folder;
    this.#url = url;
  }

  static async start(): Promise<ContentPipeline> {
    const folder = await mkdtemp(join(tmpdir(), "umbel-content-"));
    const env = {
      ...process.env,
      UMBEL_BROKER: `sqlite:${join(folder, "content.sqlite")}`,
    };
    const [api, worker] = [run("api.ts", env), run("worker.ts", env)];
    const [said] = await Promise.all([firstLine(api), firstLine(worker)]);
    return new ContentPipeline(
      api,
      worker,
      folder,
      `http://127.0.0.1:${said.replace("port ", "")}`,
    );
  }

  /** Uploads a file of so many MiB, which is never in memory whole, and waits until the task has read it. */
  async upload(
    mebibytes: number,
  ): Promise<Uploaded & { readonly sent: string }> {
    const [api, worker] = [
      new Watch(this.#api.pid),
      new Watch(this.#worker.pid),
    ];
    const sum = new Checksum();
    const begin = performance.now();
    const id = await post(new URL(`${this.#url}/files`), mebibytes, sum);
    const done = Object(await (await fetch(`${this.#url}/files/${id}`)).json());
    const ms = performance.now() - begin;
    return {
      ...done,
      sent: sum.digest(),
      ms,
      apiGrowth: api.stop(),
      workerGrowth: worker.stop(),
    };
  }

  async stop(): Promise<void> {
    this.#api.kill();
    this.#worker.kill();
    await Promise.all([this.#api.exited, this.#worker.exited]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function run(file: string, env: Record<string, string | undefined>): Process {
  return Bun.spawn([process.execPath, join(import.meta.dir, file)], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function firstLine(child: Process): Promise<string> {
  const { value } = await child.stdout.getReader().read();
  return new TextDecoder().decode(value).trim();
}

/**
 * Posts content that is the same nowhere, and adds up its checksum. It goes by a plain socket: the client that a runtime
 * brings may take all of a stream into its memory, and the machine with it.
 */
async function post(
  url: URL,
  mebibytes: number,
  sum: Checksum,
): Promise<string> {
  const socket = connect(Number(url.port), url.hostname);
  let answer = "";
  socket.on("data", (chunk) => answer += chunk);
  const size = mebibytes * MIB;
  socket.write(
    `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-length: ${size}\r\nconnection: close\r\n\r\n`,
  );
  const pattern = Uint8Array.from(
    { length: MIB },
    (_, index) => (Math.imul(index, 2_654_435_761) >>> 13) & 0xff,
  );
  for (let sent = 0; sent < mebibytes; sent++) {
    new DataView(pattern.buffer).setUint32(0, sent);
    sum.update(pattern);
    if (!socket.write(pattern.slice())) await once(socket, "drain");
  }
  if (!socket.closed) await once(socket, "close");
  const [, id] = /"id":"([^"]+)"/.exec(answer) ?? [];
  if (id === undefined) {
    throw new Error(`The API answered ${answer.slice(0, 100)}`);
  }
  return id;
}

/** Watches by how much the memory of a process grows. */
class Watch {
  readonly #pid: number;
  readonly #before: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #most: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#before = this.#most = residentBytes(pid);
    this.#timer = setInterval(() => this.#look(), 10);
  }

  #look(): void {
    this.#most = Math.max(this.#most, residentBytes(this.#pid));
  }

  stop(): number {
    this.#look();
    clearInterval(this.#timer);
    return this.#most - this.#before;
  }
}

function residentBytes(pid: number): number {
  return Number(
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ??
      0,
  ) * 1_024;
}
