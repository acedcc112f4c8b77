/**
 * A real redis-server for tests: on a free loopback port, in a directory of its own, gone with the process that
 * started it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { CERTIFICATE, KEY } from "./certificate.ts";

/** How the server is set up. */
export interface RedisServerOptions {
  /** Writes an append-only file, so that data survives `kill` and `restart`. Default: `false`. */
  readonly appendonly?: boolean;
  /** Password of the default user. Default: none. */
  readonly password?: string;
  /** Speaks TLS alone, with the certificate of `certificate.ts`. Default: `false`. */
  readonly tls?: boolean;
  /** Further settings, as in redis.conf: `{ "maxmemory": "2mb" }`. */
  readonly config?: Readonly<Record<string, string>>;
  /** The program. Default: `redis-server`. */
  readonly program?: string;
}

/** A server that runs. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** `redis://127.0.0.1:port`, or `rediss://`, with the password when there is one. */
  readonly url: string;
  /** The id of the process; it changes with a restart. */
  readonly pid: number;
  /** Ends the process at once, as a crash would; the directory stays. */
  kill(): Promise<void>;
  /** Starts the process again on the same port, ending it first if it still runs; `empty` throws the data away. */
  restart(options?: { readonly empty?: boolean }): Promise<void>;
  /** Freezes the process: its sockets stay open and nothing answers. */
  pause(): void;
  /** Lets it go on. */
  resume(): void;
  /** Ends the process and removes its directory. */
  stop(): Promise<void>;
}

const START_LIMIT = 30_000;
const running = new Set<Running>();
process.on("exit", () => running.forEach((server) => server.abandon()));

/** Starts a server and waits until it accepts connections. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  for (let attempt = 1;; attempt++) {
    const server = new Running(await freePort(), options);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      // Another process may take the port between looking and binding.
      if (attempt === 5) throw error;
    }
  }
}

class Running implements RedisServer {
  readonly port: number;
  readonly url: string;
  readonly #options: RedisServerOptions;
  #directory: string;
  #child: ChildProcess | undefined;
  #watchdog: ChildProcess | undefined;

  constructor(port: number, options: RedisServerOptions) {
    this.port = port;
    this.#options = options;
    const entry = options.password === undefined ? "" : `:${encodeURIComponent(options.password)}@`;
    this.url = `${options.tls ? "rediss" : "redis"}://${entry}127.0.0.1:${port}`;
    this.#directory = mkdtempSync(join(tmpdir(), "umbel-redis-"));
    running.add(this);
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  async start(): Promise<void> {
    const child = spawn(this.#options.program ?? "redis-server", this.#args(), { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#watchdog = watchOver(child.pid, this.#directory);
    await untilReady(child);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#watchdog?.kill("SIGKILL");
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }

  async restart({ empty = false }: { readonly empty?: boolean } = {}): Promise<void> {
    await this.kill();
    if (empty) {
      rmSync(this.#directory, { recursive: true, force: true });
      this.#directory = mkdtempSync(join(tmpdir(), "umbel-redis-"));
    }
    await this.start();
  }

  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    await this.kill();
    this.abandon();
  }

  abandon(): void {
    running.delete(this);
    this.#watchdog?.kill("SIGKILL");
    this.#child?.kill("SIGKILL");
    rmSync(this.#directory, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #args(): string[] {
    const { appendonly = false, password, tls = false, config = {} } = this.#options;
    const settings: Record<string, string> = {
      ...(tls ? this.#tlsSettings() : { port: String(this.port) }),
      bind: "127.0.0.1",
      dir: this.#directory,
      save: "",
      appendonly: appendonly ? "yes" : "no",
      "enable-debug-command": "yes",
      ...(password === undefined ? {} : { requirepass: password }),
      ...config,
    };
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  }

  #tlsSettings(): Record<string, string> {
    const [key, certificate] = [join(this.#directory, "key.pem"), join(this.#directory, "certificate.pem")];
    writeFileSync(key, KEY);
    writeFileSync(certificate, CERTIFICATE);
    return {
      port: "0",
      "tls-port": String(this.port),
      "tls-key-file": key,
      "tls-cert-file": certificate,
      "tls-ca-cert-file": certificate,
      "tls-auth-clients": "no",
    };
  }
}

/**
 * A test that is killed cannot tidy up: its end of the pipe closes all the same, and this process, in a session of its
 * own, then ends the server and removes its directory. A runtime may close the pipe of a process that it is about to kill,
 * so the end of the pipe alone means nothing: only once the test's process is gone is anything removed.
 */
function watchOver(pid: number | undefined, directory: string): ChildProcess | undefined {
  if (pid === undefined) return undefined;
  const script = 'read -r _; while kill -0 "$2" 2>/dev/null; do sleep 0.2; done; kill -9 "$0" 2>/dev/null; rm -rf "$1"';
  const dog = spawn("sh", ["-c", script, String(pid), directory, String(process.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  dog.on("error", () => {});
  dog.unref();
  return dog;
}

/** Resolves at the server's own line that says so; rejects with its last lines when it ends or takes too long. */
function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(
        new Error(
          `Cannot start redis-server as it must accept connections: current value is ${why}\n${log.slice(-2000)}`,
        ),
      );
    };
    const timer = setTimeout(() => fail("no readiness in time"), START_LIMIT);
    const read = (chunk: Uint8Array) => {
      log = (log + new TextDecoder().decode(chunk)).slice(-20_000);
      if (!log.includes("Ready to accept connections")) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`ended with ${code}`));
  });
}

/** A loopback port on which nobody listens at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))
      );
    });
  });
}
