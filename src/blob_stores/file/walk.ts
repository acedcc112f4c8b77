/** Lists the files of a folder and all below it by their paths in ascending order, without reading what is not asked for. @module */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** What ends the name of a folder, so that the keys `a` and `a/b` can both be: no key has it. */
const FOLDER = "~";

/** The path of a key's file below the root. */
export function pathOf(root: string, key: string): string {
  return join(root, key.replaceAll("/", `${FOLDER}/`));
}

/**
 * The keys of a folder in ascending order, behind `after`, with this prefix. Folders in which no such key can lie are
 * not read.
 */
export async function* walk(root: string, prefix: string, after: string, folder = ""): AsyncGenerator<string> {
  for (const name of await names(pathOf(root, folder))) {
    const key = folder + name;
    if (name.endsWith("/")) {
      if (mayHold(key, prefix, after)) yield* walk(root, prefix, after, key);
    } else if (key.startsWith(prefix) && key > after) yield key;
  }
}

function mayHold(folder: string, prefix: string, after: string): boolean {
  const within = folder.startsWith(prefix) || prefix.startsWith(folder);
  return within && (folder > after || after.startsWith(folder));
}

/** The parts of keys in a folder in ascending order; those of folders end in a slash, and are sorted with it. */
async function names(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map((entry) => entry.isDirectory() ? `${entry.name.slice(0, -1)}/` : entry.name).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Whether an error says that a file or a folder is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
