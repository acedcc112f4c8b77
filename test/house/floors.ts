/** Rule: a folder imports only from the floors below it, and nothing imports in a circle. Type imports count. */

import { posix } from "node:path";
import type { House, Problem } from "./house.ts";
import { isLibrary } from "./tree.ts";

/** The floors, lowest first. A place is a folder or a file; places of one floor do not know each other. */
export const FLOORS: readonly (readonly string[])[] = [
  ["src/base/"],
  ["src/protocol/", "src/letter.ts"],
  ["src/task/", "src/canvas/", "src/broker.ts", "src/broker_error.ts", "src/blob_store.ts"],
  ["src/codecs/", "src/serializer.ts", "src/brokers/", "src/blob_stores/"],
  ["src/client/", "src/inspect/", "src/gateway/"],
  ["src/app/"],
  ["src/worker/", "src/beat/", "src/hono/", "src/dashboard/"],
  ["src/testing/", "src/cli/"],
  ["mod.ts"],
  ["workers/"],
];

/** Who may import from whom on the same floor. */
export const NEIGHBOURS: readonly (readonly [from: string, to: string])[] = [
  ["src/task/", "src/canvas/"],
  ["src/serializer.ts", "src/codecs/"],
  // Blobs in Redis go by the transports of its broker.
  ["src/blob_stores/redis/", "src/brokers/redis/"],
  ["src/hono/", "src/app/"],
];

/** Folders whose subfolders do not know each other: implementations of one seam. Their own files are common to all. */
export const INDEPENDENT: readonly string[] = ["src/brokers/", "src/blob_stores/"];

interface Place {
  readonly name: string;
  readonly floor: number;
}

function placeOf(path: string): Place | undefined {
  for (const [floor, places] of FLOORS.entries()) {
    const name = places.find((place) => path === place || (place.endsWith("/") && path.startsWith(place)));
    if (name !== undefined) return { name, floor };
  }
  return undefined;
}

/** An import of one file of the library by another. */
interface Step {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** Every import between files of the house, resolved by path. */
export function stepsOf({ facts }: House): Step[] {
  return [...facts].filter(([from]) => isLibrary(from)).flatMap(([from, { imports }]) =>
    imports.filter(({ specifier }) => specifier.startsWith(".")).map(({ specifier, line }) => ({
      from,
      to: posix.join(posix.dirname(from), specifier),
      line,
    }))
  );
}

function roomOf(path: string): string | undefined {
  const seam = INDEPENDENT.find((folder) => path.startsWith(folder));
  const rest = seam === undefined ? [] : path.slice(seam.length).split("/");
  return rest.length > 1 ? `${seam}${rest[0]}/` : undefined;
}

function problemOf({ from, to }: Step): string | undefined {
  const [above, below] = [placeOf(from), placeOf(to)];
  if (above === undefined) return `${from} is on no floor`;
  if (below === undefined) return `${to} is on no floor`;
  const [room, otherRoom] = [roomOf(from), roomOf(to)];
  if (NEIGHBOURS.some(([a, b]) => a === room && b === otherRoom)) return undefined;
  if (room !== undefined && otherRoom !== undefined && room !== otherRoom) return `${room} must not know ${otherRoom}`;
  if (above.name === below.name || above.floor > below.floor) return undefined;
  const isNeighbour = NEIGHBOURS.some(([a, b]) => a === above.name && b === below.name);
  return isNeighbour
    ? undefined
    : `${above.name} (floor ${above.floor + 1}) must not import ${to} (floor ${below.floor + 1})`;
}

/** Imports that go up, or sideways. */
export function checkFloors(house: House): Problem[] {
  return stepsOf(house).flatMap((step) => {
    const words = problemOf(step);
    return words === undefined ? [] : [`${step.from}:${step.line}: ${words}`];
  });
}

/** Circles of imports, each told once, as the path that closes it. */
export function checkCircles(house: House): Problem[] {
  const next = Map.groupBy(stepsOf(house), ({ from }) => from);
  const done = new Set<string>();
  const trail: string[] = [];
  const problems: Problem[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) problems.push(`${path}:1: imports itself: ${[...trail.slice(start), path].join(" -> ")}`);
    if (start >= 0 || done.has(path)) return;
    trail.push(path);
    for (const { to } of next.get(path) ?? []) visit(to);
    trail.pop();
    done.add(path);
  };
  for (const path of next.keys()) visit(path);
  return problems;
}
