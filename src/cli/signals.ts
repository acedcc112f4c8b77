/** Waits for the signal that ends a service of the command line. @module */

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Resolves with the first signal that asks this process to end; later ones have their usual effect again. */
export function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    const stop = (signal: string) => {
      for (const name of SIGNALS) process.off(name, stop);
      resolve(signal);
    };
    for (const name of SIGNALS) process.on(name, stop);
  });
}
