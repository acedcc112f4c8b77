/** Wraps scripts and libraries with the prelude, without the shebang flag that plain Redis does not know. @module */
import { preludeOf } from "./script_prelude.ts";

/** Valkey knows `redis` by a second name. */
const ALIAS = `local server = rawget(_G, "server") and redis`;

/** Where the first line, the shebang, ends: what stands before and after. */
interface ScriptParts {
  /** The shebang without its line end, without `allow-key-locking`; empty when there is none. */
  readonly shebang: string;
  /** The rest, beginning with the line end of the shebang. */
  readonly body: string;
  /** Whether the shebang asked for `allow-key-locking`. */
  readonly locked: boolean;
}

/** Takes a script apart, and the flag that plain Redis refuses out of its shebang. */
function splitScript(source: string): ScriptParts {
  if (!source.startsWith("#!")) return { shebang: "", body: source, locked: false };
  const end = source.indexOf("\n");
  const line = end < 0 ? source : source.slice(0, end);
  const body = end < 0 ? "" : source.slice(end);
  const flags = /\sflags=(\S*)/.exec(line)?.[1]?.split(",") ?? [];
  if (!flags.includes("allow-key-locking")) return { shebang: line, body, locked: false };
  const others = flags.filter((flag) => flag !== "allow-key-locking").join(",");
  return { shebang: line.replace(/(\sflags=)\S*/, others === "" ? "" : `$1${others}`), body, locked: true };
}

/** The number of the only line that holds anything but the shebang; nothing when there are more. */
function onlyLine(source: string): number | undefined {
  const lines = source.split("\n").map((text, i) => ({ text, number: i + 1 }));
  const [first, second] = lines.filter(({ text }) => text.trim() !== "" && !text.startsWith("#!"));
  return second === undefined ? first?.number : undefined;
}

/** Puts the prelude before scripts, and takes it away again. */
export class ScriptWrapper {
  readonly #prelude: string;
  readonly #checkKeys: boolean;

  /** Takes whether undeclared keys are refused, and the bytes a key may hold; 0 for any number. */
  constructor(checkKeys: boolean, maxRecordBytes: number) {
    this.#checkKeys = checkKeys;
    this.#prelude = preludeOf(maxRecordBytes);
  }

  /** Wraps a script of `EVAL`; `sha` is what its errors call it. */
  wrapScript(source: string, sha: string): string {
    const { shebang, body, locked } = splitScript(source);
    const [line, rest] = shebang === "" ? ["", body] : [`${shebang}\n`, body.slice(1)];
    const only = onlyLine(source);
    return `${line}${this.#prelude} ${ALIAS} local function __umbel_script(...) ${rest}\nend ` +
      `return __umbel(${locked && this.#checkKeys}, KEYS, __umbel_script, "${sha}", ${
        only === undefined ? "nil" : `"user_script:${only}"`
      })`;
  }

  /** Wraps a library of `FUNCTION LOAD`. */
  wrapLibrary(source: string): string {
    const { shebang, body } = splitScript(source);
    return shebang === "" ? source : `${shebang}\n${this.#prelude} ${body.slice(1)}`;
  }

  /** A library as it was before {@linkcode ScriptWrapper.wrapLibrary}, but for the flag taken out of its shebang. */
  unwrapLibrary(source: string): string {
    return source.replace(`${this.#prelude} `, "");
  }
}
