/** Puts effects together. @module */
import type { Effects } from "../broker.ts";

/** All these effects as one. */
export function joined(all: readonly Effects[]): Effects {
  return {
    publish: all.flatMap(({ publish = [] }) => publish),
    hold: all.flatMap(({ hold = [] }) => hold),
    rehold: all.flatMap(({ rehold = [] }) => rehold),
    gates: all.flatMap(({ gates = [] }) => gates),
    send: all.flatMap(({ send = [] }) => send),
    arrive: all.flatMap(({ arrive = [] }) => arrive),
    finish: all.flatMap(({ finish = [] }) => finish),
    drop: all.flatMap(({ drop = [] }) => drop),
    close: all.flatMap(({ close = [] }) => close),
  };
}

/** The same effects, where the letter of one task goes on under an id that is known: it is held, and sent if it begins. */
export function reheld({ publish = [], hold = [], ...effects }: Effects, id: string): Effects {
  const send = publish.filter((letter) => letter.id === id).map((hop) => ({ hop }));
  return {
    ...effects,
    publish: publish.filter((letter) => letter.id !== id),
    hold: hold.filter((letter) => letter.id !== id),
    rehold: [...publish, ...hold].filter((letter) => letter.id === id),
    send: [...effects.send ?? [], ...send],
  };
}
