/** How many results are of each kind. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const nothing: Counts;
export function add(a: Counts, b: Counts): Counts;
export function countReport(path: string, end: { readonly code: number | string; readonly isLate: boolean }): Counts;
export function closingLine(counts: Counts): string;
