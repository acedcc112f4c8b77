/** The folder of the repository. */
export const root: string;

export function isInstalled(): boolean;
export function setup(): void;
export function bunPath(): string;
export function denoPath(): string;
export function toolEnvironment(): Record<string, string | undefined>;
