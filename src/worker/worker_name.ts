/** The name of a worker, from a pattern as Celery's users know it. @module */
import { hostname } from "node:os";

/** Fills in a name: `%h` the host's name, `%n` its first part, `%d` the rest, `%i` the process id, `%%` a percent sign. */
export function workerName(pattern = "worker@%h", host: string = hostname(), pid: number = process.pid): string {
  const [first = host, ...rest] = host.split(".");
  const parts: Readonly<Record<string, string>> = {
    "%h": host,
    "%n": first,
    "%d": rest.join("."),
    "%i": String(pid),
    "%%": "%",
  };
  return pattern.replace(/%./g, (part) => {
    const value = parts[part];
    if (value !== undefined) return value;
    throw new RangeError(`Cannot name a worker as ${part} must be one of %h %n %d %i %%: current value is ${pattern}`);
  });
}
