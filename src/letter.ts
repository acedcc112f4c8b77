/** What a broker keeps, and what may happen to it in one step: letters, hops, gates, and effects on them. @module */

/**
 * A moment by the broker's clock: so many milliseconds from now, or a time since the Unix epoch. For a held letter, now
 * is when it is sent.
 */
export type Moment = { readonly in: number } | { readonly at: number };

/** A message as a broker keeps it: the routing it must read, and a text it must not. */
export interface Letter {
  /**
   * A UUID; its last byte is the slot of its workflow. Publishing an id that is known is refused as a duplicate: it is
   * known while its letter is held, waits, is in a worker's hands or dead, and as long as its result is kept.
   */
  readonly id: string;
  readonly queue: string;
  /** 0 to 9; 9 is served first. Within a priority letters are served in the order in which they became ready. */
  readonly priority: number;
  /** Not before then. At once when absent. */
  readonly due?: Moment;
  /** Not after then: a letter that is claimed too late is handed out with `expired: true`. Never when absent. */
  readonly expires?: Moment;
  /** The encoded message: one line. */
  readonly text: string;
}

/** Names a letter that is held back until somebody sends it on. */
export interface Hop {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
}

/** Waits for a number of arrivals, then sends one held letter with all of them as its input. */
export interface Gate {
  readonly id: string;
  readonly size: number;
  /** It only makes one grow that is there: a gate that was closed is not set up again. */
  readonly grows?: true;
}

/** How many letters will come to one priority of a queue, or to its delayed letters. */
export interface Room {
  readonly queue: string;
  readonly priority: number;
  readonly count: number;
  readonly delayed?: boolean;
}

/**
 * What else a publish or an outcome does, in the same atomic step. All of it lies in the slot of one workflow. The parts
 * take effect in the order in which they stand here, so a letter can be held and sent by the same effects.
 */
export interface Effects {
  /** New letters; one whose id is already known is passed over. */
  readonly publish?: readonly Letter[];
  /**
   * Letters that are to follow this publish. Where a broker bounds its queues and has no room for them, it refuses, and nothing
   * of this takes effect. It keeps no room for them, and an outcome is never refused.
   */
  readonly room?: readonly Room[];
  /**
   * Letters to keep until a hop sends them; one whose id is already known is passed over. Their ids are known as queued
   * from now on, like those of published ones.
   */
  readonly hold?: readonly Letter[];
  /**
   * Letters to keep under ids that are known already and have no final result: a task that goes on under its id, such as
   * one that was replaced by a workflow whose last step it becomes. One that is held already is replaced; one that
   * waits, is in a worker's hands or dead is passed over.
   */
  readonly rehold?: readonly Letter[];
  /**
   * Gates to set up. One that exists already grows by the size (a member was added to a running chord); one that has
   * opened stays as it is.
   */
  readonly gates?: readonly Gate[];
  /** Held letters to send now, each with an input text its delivery will carry. One no longer held is passed over. */
  readonly send?: readonly { readonly hop: Hop; readonly input?: string }[];
  /**
   * Arrivals at gates. The same index counts once, its first value stays. The last one opens the gate: the hop is sent,
   * its input is the gate. A gate opens once; an arrival at one that has opened, or is not there, is passed over.
   */
  readonly arrive?: readonly Arrival[];
  /** Results of tasks that will never run, such as the later steps of a broken chain. A final result stays as it is. */
  readonly finish?: readonly { readonly id: string; readonly result: string }[];
  /** Held letters that nobody will send any more. */
  readonly drop?: readonly string[];
  /**
   * Gates that nobody needs any more, with their arrivals; an open one is kept until then. A later arrival at one is
   * passed over.
   */
  readonly close?: readonly string[];
}

/** One value that has come to a gate. */
export interface Arrival {
  readonly gate: string;
  readonly index: number;
  readonly value: string;
  readonly hop: Hop;
}
