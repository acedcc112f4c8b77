/** A TCP proxy for tests that can fall silent: connections stay open, new ones are accepted, and nothing comes through. */
import { connect, createServer, type Server, type Socket } from "node:net";

/** A proxy that runs. */
export class SilentProxy implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #silent = false;

  private constructor(server: Server, port: number, sockets: Set<Socket>) {
    this.#server = server;
    this.port = port;
    this.#sockets = sockets;
  }

  /** Listens on a free loopback port, in front of another one. */
  static async start(target: number): Promise<SilentProxy> {
    const sockets = new Set<Socket>();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot start the proxy as it needs a port");
    const proxy = new SilentProxy(server, address.port, sockets);
    server.on("connection", (near) => proxy.#join(near, connect(target, "127.0.0.1")));
    return proxy;
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.#sockets.add(from);
      from.on("data", (chunk) => this.#silent || to.write(chunk));
      from.on("close", () => {
        this.#sockets.delete(from);
        if (!this.#silent) to.destroy();
      });
      from.on("error", () => {});
    }
  }

  /** Lets nothing through from now on, in neither direction: as when a machine in between has lost its power. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Ends all connections and lets new ones through again. */
  recover(): void {
    this.#silent = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.recover();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
