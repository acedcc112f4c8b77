/** A TCP proxy that delays every byte by half a round trip in each direction: a server far away, on one machine. */
import { connect, createServer, type Socket } from "node:net";

/** A proxy that runs. */
export interface DelayProxy {
  readonly url: string;
  close(): void;
}

/** Starts a proxy in front of a server whose round trips take `ms` milliseconds more. */
export async function delayProxy(
  target: string,
  ms: number,
): Promise<DelayProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on(
        "data",
        (chunk) => setTimeout(() => to.writable && to.write(chunk), ms / 2),
      );
      from.on("close", () => (sockets.delete(from), to.destroy()));
      from.on("error", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const own = typeof address === "object" && address ? address.port : 0;
  return {
    url: `redis://127.0.0.1:${own}`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
