/** How a job ended. `code` is the name of a signal where one ended it. */
export interface End {
  readonly code: number | string;
  readonly isLate: boolean;
  readonly output: string;
  readonly seconds: number;
}

export function killJobs(): void;
export function runJob(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string | undefined>; readonly timeoutMs: number },
): Promise<End>;
