/** Checks the file of an embedded broker, and the disk that it lies on. @module */
import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { openDriver } from "../../brokers/sqlite/open_driver.ts";
import { change, type Finding, fine, note } from "./finding.ts";

/** Kinds of file systems on which the locks and shared memory of SQLite do not work, by their numbers on Linux. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x01021997, "9P"],
  [0x00c36400, "Ceph"],
]);

const MB = 1_048_576;

/** All checks of a file, in the order in which they are told. */
export async function checkSqlite(path: string): Promise<Finding[]> {
  if (path === ":memory:") {
    return [change("file", "none: a database of this process alone", "name a file, such as sqlite:./data/app.sqlite")];
  }
  if (path === "") return [change("file", "the URL names none", "name a file, such as sqlite:./data/app.sqlite")];
  const file = resolve(path);
  const size = await stat(file).then(({ size }) => size, () => undefined);
  const findings = size === undefined ? await checkFolder(file) : await checkFile(file, size);
  if (findings.some(({ level }) => level === "change")) return findings;
  return [...findings, ...await checkDisk(file)];
}

async function checkFolder(file: string): Promise<Finding[]> {
  const folder = await nearestFolder(dirname(file));
  if (await writable(folder)) return [fine("file", `${file} is not there yet; the first call makes it`)];
  return [
    change("file", `${file} cannot be made in ${folder}`, "let this user write into the folder, or name another"),
  ];
}

/** The folder itself, or the nearest one above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const exists = await stat(folder).then(() => true, () => false);
  return exists || dirname(folder) === folder ? folder : await nearestFolder(dirname(folder));
}

async function writable(path: string): Promise<boolean> {
  return await access(path, constants.R_OK | constants.W_OK).then(() => true, () => false);
}

async function checkFile(file: string, size: number): Promise<Finding[]> {
  if (!await writable(file)) {
    return [change("file", `${file} cannot be written`, "let this user read and write it, and its folder")];
  }
  const found = fine("file", `${file}, ${megabytes(size)}`);
  try {
    return [found, ...await checkDatabase(file, size)];
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return [change("file", `${file}: ${words}`, "name a file that is empty or a database of Umbel")];
  }
}

/** A larger file is not read whole. */
const LARGEST_READ = 256 * MB;

async function checkDatabase(file: string, size: number): Promise<Finding[]> {
  const driver = await openDriver(file);
  try {
    const ask = (pragma: string) => {
      const statement = driver.prepare(`PRAGMA ${pragma}`);
      const [value] = Object.values(statement.get() ?? {});
      statement.finalize();
      return String(value);
    };
    const mode = ask("journal_mode");
    const journal = mode === "wal"
      ? fine("journal mode", "write-ahead log")
      : change("journal mode", mode, "let nobody else open the file; the broker sets it to wal when it opens it");
    if (size > LARGEST_READ) return [journal, await checkLog(file)];
    const sound = ask("quick_check(1)");
    const content = sound === "ok"
      ? fine("content", "sound")
      : change("content", sound, "restore a backup, or save what can be read with: sqlite3 FILE .recover");
    return [journal, content, await checkLog(file)];
  } finally {
    driver.close();
  }
}

/** The log is written into the file every 16 MB, unless somebody reads without an end. */
const LONG_LOG = 128 * MB;

async function checkLog(file: string): Promise<Finding> {
  const size = await stat(`${file}-wal`).then(({ size }) => size, () => 0);
  if (size < LONG_LOG) return fine("log", megabytes(size));
  return note(
    "log",
    megabytes(size),
    "find the process that holds a read of the file open, such as a shell or a backup",
  );
}

const LITTLE_SPACE = 1_024 * MB;
const NO_SPACE = 64 * MB;

async function checkDisk(file: string): Promise<Finding[]> {
  const { type, bavail, bsize } = await statfs(await nearestFolder(dirname(file)));
  const network = NETWORK.get(type >>> 0);
  const system = network === undefined
    ? []
    : [change("file system", network, "put the file on a disk of this machine, or use Redis: locks do not work here")];
  const free = bavail * bsize;
  const found = `${megabytes(free)} free`;
  if (free >= LITTLE_SPACE) return [...system, fine("disk", found)];
  const advice = "free some: a full disk refuses new tasks";
  return [...system, free < NO_SPACE ? change("disk", found, advice) : note("disk", found, advice)];
}

function megabytes(bytes: number): string {
  if (bytes >= 10_240 * MB) return `${Math.round(bytes / MB / 1_024)} GB`;
  return `${Math.round(bytes / MB * 10) / 10} MB`;
}
