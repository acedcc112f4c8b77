/** What a month costs on Upstash's plans, as documented in August 2026. @module */
import { GATEWAY_PLANS, type GatewayPlan } from "../../gateway/mod.ts";
import type { OperationCost } from "./operations.ts";

/** What is done in a month. */
export interface Volume {
  /** Tasks in a month. */
  readonly tasks: number;
  /** How many of them are sent in one call. */
  readonly batch: number;
  /** How often a caller looks for the result of a task. */
  readonly looks: number;
  /** Workers that run all the time. */
  readonly workers: number;
  /** Bytes of a task's arguments and result together. */
  readonly bytes: number;
  /** Days that a result is kept. */
  readonly days: number;
}

/** What a volume needs of a database. */
export interface Needs {
  /** Commands in a month. */
  readonly commands: number;
  /** Bytes at rest. */
  readonly storage: number;
  /** Bytes through the wire in a month. */
  readonly bandwidth: number;
}

/** A month's price on a plan; undefined where the volume does not fit. */
export interface PlanPrice {
  readonly plan: string;
  readonly dollars: number | undefined;
  /** What does not fit, or what the price is made of. */
  readonly why: string;
}

const MONTH_DAYS = 30;
const MONTH_MINUTES = MONTH_DAYS * 24 * 60;
const GB = 1e9;

/** About what a task takes besides its arguments and result: in Redis, and on its way there and back. */
const ENVELOPE_AT_REST = 250;
const ENVELOPE_ON_THE_WAY = 1_500;

/** How tasks come: one at a time to workers that wait, which is the dearest way, or many to workers that are busy. */
export type Pace = "single" | "backlog";

/** What a volume needs. */
export function needsOf(volume: Volume, costs: readonly OperationCost[], pace: Pace): Needs {
  const { tasks, batch, looks, workers, bytes, days } = volume;
  const billed = (key: OperationCost["key"]) => costs.find((cost) => cost.key === key)?.billed ?? 0;
  const running = pace === "backlog" ? billed("backlog") : billed("single") - billed("publish");
  const sending = batch > 1 ? billed("publish") / batch + billed("publishMany") : billed("publish");
  return {
    commands: tasks * (sending + running + looks * billed("look")) + workers * MONTH_MINUTES * billed("idle"),
    storage: tasks / MONTH_DAYS * days * (bytes + ENVELOPE_AT_REST),
    bandwidth: tasks * (2 * bytes + ENVELOPE_ON_THE_WAY),
  };
}

/** Plans of a fixed price: dollars a month, and the GB that they store and carry. */
const FIXED: readonly (readonly [plan: GatewayPlan, dollars: number, storage: number, bandwidth: number])[] = [
  ["fixed-250mb", 10, 0.25, 50],
  ["fixed-1gb", 20, 1, 100],
  ["fixed-5gb", 100, 5, 500],
  ["fixed-10gb", 200, 10, 1_000],
  ["fixed-50gb", 400, 50, 5_000],
  ["fixed-100gb", 800, 100, 10_000],
  ["fixed-500gb", 1_500, 500, 20_000],
];

/** The price of each plan; of the fixed ones the cheapest that fits. */
export function pricesOf(needs: Needs): PlanPrice[] {
  return [free(needs), payAsYouGo(needs), fixed(needs)];
}

function free({ commands, storage, bandwidth }: Needs): PlanPrice {
  const over = [
    ...(commands > 500_000 ? [`${count(commands)} commands of 500K`] : []),
    ...(storage > 0.256 * GB ? [`${gigabytes(storage)} of 256 MB`] : []),
    ...(bandwidth > 10 * GB ? [`${gigabytes(bandwidth)} of 10 GB traffic`] : []),
  ];
  return over.length > 0
    ? { plan: "free", dollars: undefined, why: `too much: ${over.join(", ")}` }
    : { plan: "free", dollars: 0, why: `${count(commands)} commands of 500K` };
}

function payAsYouGo({ commands, storage, bandwidth }: Needs): PlanPrice {
  const parts = [
    [commands / 100_000 * 0.2, `${count(commands)} commands`],
    [Math.max(0, storage / GB - 1) * 0.25, `${gigabytes(storage)} stored`],
    [Math.max(0, bandwidth / GB - 200) * 0.03, `${gigabytes(bandwidth)} traffic`],
  ] as const;
  const dollars = parts.reduce((sum, [part]) => sum + part, 0);
  return { plan: "payg", dollars, why: parts.map(([, what]) => what).join(", ") };
}

function fixed({ commands, storage, bandwidth }: Needs): PlanPrice {
  const pace = commands / (MONTH_MINUTES * 60);
  const fits = FIXED.find(([plan, , most, traffic]) => {
    const { commandsPerSecond = 0 } = GATEWAY_PLANS[plan];
    return storage <= most * GB && bandwidth <= traffic * GB && pace <= commandsPerSecond;
  });
  if (fits === undefined) return { plan: "fixed", dollars: undefined, why: "too much for the largest plan" };
  return { plan: fits[0], dollars: fits[1], why: "any number of commands" };
}

/** A count for people to read: `1.2M`. */
export function count(value: number): string {
  const [size, unit] = value >= 1e9 ? [1e9, "B"] : value >= 1e6 ? [1e6, "M"] : value >= 1e3 ? [1e3, "K"] : [1, ""];
  return `${Math.round(value / size * 10) / 10}${unit}`;
}

function gigabytes(bytes: number): string {
  return bytes >= GB ? `${Math.round(bytes / GB * 10) / 10} GB` : `${Math.round(bytes / 1e6)} MB`;
}
