/**
 * The transport to a Redis Cluster: each call goes to the node that serves its keys, which all lie in one slot, and
 * follows where nodes send it on.
 *
 * @module
 */
import type { Answer } from "../call.ts";
import { ConnectionLost, RedisError } from "../redis_error.ts";
import type { RespLinkOptions } from "../resp_link.ts";
import type { Script } from "../script.ts";
import { TcpTransport } from "../tcp.ts";
import type { Listener, Listening, Transport } from "../transport.ts";
import { ClusterMap, hostAndPort } from "./cluster_map.ts";
import { keySlot } from "./key_slot.ts";

/** How a cluster is reached: any of its nodes, and how to enter, which is the same for all. */
export interface ClusterOptions {
  /** Addresses of some nodes, `host:port`: the others are learned from them. */
  readonly nodes: readonly string[];
  /** How to connect to each node. */
  readonly link: RespLinkOptions;
}

/** A call that is sent on more often than this goes in a circle. */
const MOST_REDIRECTIONS = 5;

/** A node that does not tell the map in this time is passed over, in milliseconds. */
const PATIENCE = 1_000;

/** A node that cannot be connected to in this time is taken for lost, in milliseconds. */
const CONNECTING = 1_000;

/** Slots that are remembered by their tags. Partitions have few; each blob has one of its own, which is soon of no use. */
const REMEMBERED = 1_024;

/** A map that is younger than this is not asked for again, in milliseconds. */
const FRESH = 250;

/** A subscription that moves with the slot of its key. */
interface Ear {
  readonly channel: string;
  readonly slot: number;
  readonly listener: Listener;
  address: string;
  listening: Listening;
}

/** Carries scripts to the nodes of a cluster. */
export class ClusterTransport implements Transport {
  readonly description: string;
  readonly #options: ClusterOptions;
  readonly #nodes = new Map<string, TcpTransport>();
  readonly #slots = new Map<string, number>();
  readonly #ears = new Set<Ear>();
  #map: ClusterMap | undefined;
  #mapping: Promise<ClusterMap> | undefined;
  #mappedAt = -Infinity;
  #following: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.description = `redis cluster ${options.nodes.join(",")}`;
  }

  /** {@inheritDoc Transport.run} */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Answer> {
    return this.#at(keys[0] ?? "", (node, asking) => {
      return asking ? node.runAsking(script, keys, args) : node.run(script, keys, args);
    });
  }

  /** {@inheritDoc Transport.fields} */
  fields(key: string, fields: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#at(key, (node) => node.fields(key, fields));
  }

  /** {@inheritDoc Transport.exists} */
  exists(keys: readonly string[]): Promise<number> {
    return this.#at(keys[0] ?? "", (node) => node.exists(keys));
  }

  /** {@inheritDoc Transport.listen} */
  async listen(channel: string, key: string, listener: Listener): Promise<Listening> {
    const slot = this.#slotOf(key);
    const address = await this.#ownerOf(slot);
    const listening = await this.#node(address).listen(channel, key, listener);
    const ear: Ear = { channel, slot, listener, address, listening };
    this.#ears.add(ear);
    return {
      close: async () => {
        this.#ears.delete(ear);
        await ear.listening.close();
      },
    };
  }

  /** {@inheritDoc Transport.close} */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#nodes.values()].map((node) => node.close()));
  }

  /** Makes a call at the node that serves a key, and goes where that sends it. */
  async #at<T>(key: string, call: (node: TcpTransport, asking: boolean) => Promise<T>): Promise<T> {
    const slot = this.#slotOf(key);
    let [address, asking] = [await this.#ownerOf(slot), false];
    for (let redirections = 0;; redirections++) {
      try {
        return await call(await this.#connected(address), asking);
      } catch (error) {
        const target = redirections < MOST_REDIRECTIONS ? redirectionOf(error, address) : undefined;
        if (target === undefined) {
          this.#distrust(error);
          throw error;
        }
        [address, asking] = [target.address, target.asking];
        if (!asking) this.#moved(slot, address);
      }
    }
  }

  #slotOf(key: string): number {
    const tag = key.slice(0, key.indexOf("}") + 1);
    const known = this.#slots.get(tag);
    if (known !== undefined) return known;
    if (this.#slots.size >= REMEMBERED) this.#slots.clear();
    const slot = keySlot(key);
    this.#slots.set(tag, slot);
    return slot;
  }

  async #ownerOf(slot: number): Promise<string> {
    const known = this.#map?.ownerOf(slot);
    if (known !== undefined) return known;
    const owner = (await this.#remap()).ownerOf(slot);
    if (owner === undefined) throw new RedisError("CLUSTERDOWN no node serves the slot");
    return owner;
  }

  /** A node that answers. One that is gone is not waited for as long as a call may take: another may have its slots. */
  async #connected(address: string): Promise<TcpTransport> {
    const node = this.#node(address);
    if (!node.connected) await node.command(["PING"], CONNECTING);
    return node;
  }

  #node(address: string): TcpTransport {
    const known = this.#nodes.get(address);
    if (known) return known;
    const node = new TcpTransport({ ...this.#options.link, url: undefined, ...hostAndPort(address) });
    this.#nodes.set(address, node);
    return node;
  }

  /** A slot has moved: whoever listens for it moves along, or would not hear what its new node publishes. */
  #moved(slot: number, address: string): void {
    if (this.#map) {
      this.#map.move(slot, address);
      void this.#follow(this.#map);
    }
    this.#remap().catch(() => {});
  }

  /** A node that is lost, or a cluster that is not whole: who serves what may be another thing soon. */
  #distrust(error: unknown): void {
    const isLost = error instanceof ConnectionLost;
    const isDown = error instanceof RedisError && /^(CLUSTERDOWN|MOVED|READONLY|MASTERDOWN)/.test(error.message);
    if (isLost || isDown) this.#remap().catch(() => {});
  }

  /** Asks the cluster who serves what, unless that is under way or was done just now. */
  #remap(): Promise<ClusterMap> {
    if (this.#map && performance.now() - this.#mappedAt < FRESH) return Promise.resolve(this.#map);
    return this.#mapping ??= this.#askForMap().finally(() => this.#mapping = undefined);
  }

  async #askForMap(): Promise<ClusterMap> {
    let last: unknown;
    for (const address of new Set([...this.#map?.masters ?? [], ...this.#options.nodes])) {
      if (this.#closed) break;
      try {
        const reply = await this.#node(address).command(["CLUSTER", "SLOTS"], PATIENCE);
        const map = ClusterMap.read(reply, hostAndPort(address).host);
        if (map.masters.size === 0) continue;
        this.#map = map;
        this.#mappedAt = performance.now();
        await this.#follow(map);
        return map;
      } catch (error) {
        last = error;
      }
    }
    throw last ?? new RedisError("CLUSTERDOWN no node serves any slot");
  }

  /** Lets ears listen where their slots are now, and lets go of nodes that serve none: once at a time. */
  #follow(map: ClusterMap): Promise<void> {
    return this.#following = this.#following.then(() => this.#followNow(map));
  }

  async #followNow(map: ClusterMap): Promise<void> {
    const moving = [...this.#ears].filter(({ slot, address }) => (map.ownerOf(slot) ?? address) !== address);
    await Promise.all(moving.map((ear) => this.#moveEar(ear, map.ownerOf(ear.slot) ?? ear.address)));
    const needed = new Set([...map.masters, ...this.#options.nodes, ...[...this.#ears].map(({ address }) => address)]);
    for (const [address, node] of this.#nodes) {
      if (needed.has(address)) continue;
      this.#nodes.delete(address);
      void node.destroy();
    }
  }

  async #moveEar(ear: Ear, address: string): Promise<void> {
    const before = ear.listening;
    try {
      ear.listening = await this.#node(address).listen(ear.channel, "", ear.listener);
      ear.address = address;
      ear.listener.resumed();
    } catch {
      // The next map tries again.
      return;
    }
    await before.close().catch(() => {});
  }
}

/** Where a node sends a call: for good, or for this once. */
function redirectionOf(
  error: unknown,
  asked: string,
): { readonly address: string; readonly asking: boolean } | undefined {
  const match = error instanceof RedisError ? /^(MOVED|ASK) \d+ (\S*):(\d+)/.exec(error.message) : null;
  if (!match) return undefined;
  const [, kind, host, port] = match;
  return { address: `${host || hostAndPort(asked).host}:${port}`, asking: kind === "ASK" };
}
