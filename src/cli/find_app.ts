/** Finds the app that `-A` names, as Celery's users know it. @module */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Umbel } from "../app/umbel.ts";

/** A module that is not there, cannot be imported, or holds no app. */
export class AppNotFound extends Error {
  override readonly name: string = "AppNotFound";
}

const ENDINGS = ["", ".ts", ".tsx", ".mts", ".js", ".mjs"];

/** The files that a folder's app may be in, the likeliest first. */
const USUAL_FILES = ["app", "tasks", "umbel", "mod", "index"];

/**
 * The app of a module: `tasks`, `./src/tasks.ts`, a folder, or `tasks.ts:name` for an export of that name. Without a
 * name it is the export `app`, or the default one, or the only app that is exported.
 *
 * @throws {AppNotFound} telling where it looked
 */
export async function findApp(spec: string, folder: string = process.cwd()): Promise<Umbel> {
  const [, path = spec, name] = /^(.*?)(?::([\w$]+))?$/.exec(spec) ?? [];
  const file = await findModule(resolve(folder, path.replace(/^file:\/\//, "")));
  const exported = await importModule(file);
  return name === undefined ? chooseApp(exported, file) : namedApp(exported, name, file);
}

async function findModule(path: string): Promise<string> {
  const tried: string[] = [];
  const candidates = [...ENDINGS.map((ending) => path + ending), ...folderFiles(path)];
  for (const candidate of candidates) {
    if (await isFile(candidate)) return candidate;
    tried.push(candidate);
  }
  throw new AppNotFound(`Cannot find an app as there must be a module at one of:\n  ${tried.join("\n  ")}`);
}

function folderFiles(folder: string): string[] {
  return USUAL_FILES.flatMap((name) => [".ts", ".js"].map((ending) => join(folder, name + ending)));
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new AppNotFound(`Cannot import ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function namedApp(exported: Readonly<Record<string, unknown>>, name: string, file: string): Umbel {
  const value = exported[name];
  if (value instanceof Umbel) return value;
  throw new AppNotFound(`Cannot use ${name} of ${file} as it must be an Umbel app: current value is ${typeof value}`);
}

function chooseApp(exported: Readonly<Record<string, unknown>>, file: string): Umbel {
  for (const name of ["app", "default"]) {
    const value = exported[name];
    if (value instanceof Umbel) return value;
  }
  const apps = Object.entries(exported).filter(([, value]) => value instanceof Umbel);
  const [first, ...more] = apps;
  if (first && more.length === 0) return namedApp(exported, first[0], file);
  const found = apps.length === 0 ? "none" : apps.map(([name]) => name).join(", ");
  throw new AppNotFound(
    `Cannot choose an app of ${file} as it must export one, as \`app\`, or be named as ${file}:name: found ${found}`,
  );
}
