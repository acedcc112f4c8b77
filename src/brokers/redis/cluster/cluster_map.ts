/** Which node of a cluster serves which slots. @module */
import type { Reply } from "../resp.ts";
import { SLOTS } from "./key_slot.ts";

/** A map of a cluster: the address of the master of each slot. */
export class ClusterMap {
  readonly #owners: (string | undefined)[];

  private constructor(owners: (string | undefined)[]) {
    this.#owners = owners;
  }

  /** Reads the answer of `CLUSTER SLOTS`; `asked` is the host that gave it, which does not always know its own name. */
  static read(reply: Reply, asked: string): ClusterMap {
    const owners = new Array<string | undefined>(SLOTS);
    for (const range of Array.isArray(reply) ? reply : []) {
      const [first, last, master] = Array.isArray(range) ? range : [];
      if (!Array.isArray(master)) continue;
      const [host, port] = master;
      const address = addressOf(typeof host === "string" && host !== "" ? host : asked, Number(port));
      owners.fill(address, Number(first), Number(last) + 1);
    }
    return new ClusterMap(owners);
  }

  /** The address of the master of a slot. */
  ownerOf(slot: number): string | undefined {
    return this.#owners[slot];
  }

  /** A redirection said that another node serves a slot. */
  move(slot: number, address: string): void {
    this.#owners[slot] = address;
  }

  /** The addresses of all masters. */
  get masters(): ReadonlySet<string> {
    return new Set(this.#owners.filter((owner) => owner !== undefined));
  }
}

/** A node's address in one word. */
export function addressOf(host: string, port: number): string {
  return `${host}:${port}`;
}

/** The host and the port of an address, without the brackets that IPv6 has in a URL. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
}
