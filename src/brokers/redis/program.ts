/** Writes effects down as a program of `scripts/lib/effects.lua`. @module */
import { groupBy } from "../../base/group_by.ts";
import type { Arrival, Gate, Hop, Letter, Room } from "../../broker.ts";
import { CallKeys } from "./call.ts";
import type { Keys } from "./keys.ts";
import { checkOneLine, momentText } from "./letter_text.ts";
import type { Retention } from "./retention.ts";
import { bucketOf, fieldOf, shortId, shortUuid } from "./short_id.ts";

/** A program in the making: its keys, what it has to read first, the routes of its letters, and its steps. */
export class Program {
  readonly steps: string[] = [];
  readonly #keys: Keys;
  readonly #retention: Retention;
  readonly #places = new CallKeys();
  readonly #reads = new Map<string, Set<string>>();
  /** Columns of letters to hold, as they are written down. */
  readonly #columns: string[][] = [];
  readonly #routes = new Map<string, string>();
  readonly #routeArgs: string[] = [];

  constructor(keys: Keys, retention: Retention) {
    this.#keys = keys;
    this.#retention = retention;
  }

  /** The keys, in their places. */
  get keys(): string[] {
    return this.#places.list;
  }

  /** The arguments: reads, columns, routes, steps. */
  args(): string[] {
    const args = [String(this.#reads.size)];
    for (const [place, fields] of this.#reads) args.push(place, String(fields.size), ...fields);
    args.push(String(this.#columns.length));
    for (const column of this.#columns) for (const word of column) args.push(word);
    args.push(String(this.#routes.size), ...this.#routeArgs);
    for (const step of this.steps) args.push(step);
    return args;
  }

  /** The place of a key. */
  place(key: string): string {
    return this.#places.place(key);
  }

  /** The place of a hash of which a field has to be read first. */
  read(key: string, field: string): string {
    const place = this.place(key);
    const fields = this.#reads.get(place);
    if (fields) fields.add(field);
    else this.#reads.set(place, new Set([field]));
    return place;
  }

  /** The number of a route. */
  route(queue: string, priority: number): string {
    const name = `${priority}${queue}`;
    const known = this.#routes.get(name);
    if (known !== undefined) return known;
    const route = String(this.#routes.size + 1);
    this.#routes.set(name, route);
    const keys = this.#keys.route(queue, priority);
    this.#routeArgs.push(String(priority), ...keys.map((key) => this.place(key)));
    return route;
  }

  /** The place of the marks of an id, which are read first. */
  marks(short: string): string {
    return this.read(this.#keys.marks(bucketOf(short)), fieldOf(short));
  }

  /** The place of the kept ids; an id that is old is read first. */
  kept(id: string, short: string): string {
    return this.#retention.isAged(id) ? this.read(this.#keys.kept, short) : this.place(this.#keys.kept);
  }

  /** The place of those who watch an id. */
  watchers(short: string): string {
    return this.place(this.#keys.watchers(bucketOf(short)));
  }

  /** A new letter. */
  letter(letter: Letter): void {
    const { id, queue, priority, due, expires, text } = letter;
    const short = shortUuid(id);
    const step = ["letter", this.marks(short), this.kept(id, short), short, this.route(queue, priority)];
    this.steps.push(...step, momentText(due), momentText(expires), text, this.keep(letter));
  }

  /** Letters that are to follow. */
  room({ queue, priority, count, delayed }: Room): void {
    this.steps.push("room", this.route(queue, priority), String(count), delayed ? "delayed" : "");
  }

  /** Whether the id of a letter has to be kept: it may wait longer than the marks of its bucket are kept. */
  keep({ due }: Letter): "keep" | "" {
    return due && this.#retention.outlives(this.#retention.until(due)) ? "keep" : "";
  }

  /** Letters to be held: in columns, as a workflow has thousands of them. */
  hold(letters: readonly Letter[]): void {
    const named = letters.map((letter) => ({ letter, short: shortUuid(letter.id) }));
    for (const [bucket, group] of groupBy(named, ({ short }) => bucketOf(short))) {
      const places = [this.#keys.marks(bucket), this.#keys.kept, this.#keys.held(bucket)].map((key) => this.place(key));
      const column = [...places, String(group.length)];
      for (const { letter, short } of group) {
        this.kept(letter.id, short);
        column.push(short, heldText(letter));
      }
      this.steps.push("hold", String(this.#columns.push(column)));
    }
  }

  /** A letter to be held under an id that is known. */
  rehold(letter: Letter): void {
    const short = shortUuid(letter.id);
    const held = this.place(this.#keys.held(bucketOf(short)));
    this.steps.push("rehold", this.marks(short), this.kept(letter.id, short), short, held, heldText(letter));
  }

  /** A queue that has to be registered. */
  enlist(queue: string): void {
    this.steps.push("enlist", this.place(this.#keys.queues), queue);
  }

  /** A gate to be set up, or to grow. */
  gate({ id, size, grows }: Gate): void {
    this.steps.push(grows ? "grow" : "gate", this.#gate(id), String(size));
  }

  #gate(id: string): string {
    const key = this.#keys.gate(id);
    for (const field of ["size", "came", "open"]) this.read(key, field);
    return this.place(key);
  }

  /** A held letter to be sent. */
  send(hop: Hop, input: string | undefined): void {
    this.steps.push("send", ...this.#hop(hop), input === undefined ? "0" : "2", input ?? "");
  }

  #hop({ id, queue, priority }: Hop): string[] {
    const short = shortUuid(id);
    const held = this.read(this.#keys.held(bucketOf(short)), fieldOf(short));
    return [held, short, this.marks(short), this.route(queue, priority)];
  }

  /** An arrival at a gate. */
  arrive({ gate, index, value, hop }: Arrival): void {
    const place = this.#gate(gate);
    this.read(this.#keys.gate(gate), String(index));
    this.steps.push("arrive", place, gate, String(index), value, ...this.#hop(hop));
  }

  /** The result of a task that will never run. */
  finish(id: string, result: string): void {
    const short = shortId(id);
    const marks = this.marks(short);
    this.steps.push("finish", marks, fieldOf(short), short, `F${result}`, this.watchers(short));
    this.steps.push(this.place(this.#keys.over));
    this.expire(short);
  }

  /** A held letter that nobody will send. */
  drop(id: string): void {
    const short = shortId(id);
    const held = this.read(this.#keys.held(bucketOf(short)), fieldOf(short));
    this.steps.push(
      "drop",
      held,
      short,
      this.marks(short),
      this.place(this.#keys.revoked),
      this.place(this.#keys.over),
    );
  }

  /** A gate that nobody needs. */
  close(gate: string): void {
    this.steps.push("close", this.place(this.#keys.gate(gate)));
  }

  /** Sets the time after which the bucket of an id is forgotten, where that is due. */
  expire(short: string): void {
    const key = this.#keys.marks(bucketOf(short));
    const time = this.#retention.timeFor(key);
    if (time !== "") this.steps.push("expire", this.place(key), time);
  }
}

/** A held letter as it is kept: its moments, which count from its sending, and its text. */
function heldText({ due, expires, text }: Letter): string {
  checkOneLine(text);
  return `=${momentText(due)} ${momentText(expires)}\n${text}`;
}
