/** A structured logger: a level, a message, and fields. Where lines go is the caller's affair. @module */

/** How much a line matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** All levels, from chatter to alarm; `silent` lets nothing through. */
export const LOG_LEVELS: readonly (LogLevel | "silent")[] = ["debug", "info", "warn", "error", "silent"];

/** What a line tells beside its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One line of a log. */
export interface LogRecord {
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Writes lines. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose lines all carry these fields too. */
  with(fields: LogFields): Logger;
}

/** A logger that hands every line of at least `level` to `write`. */
export function createLogger(
  write: (record: LogRecord) => void,
  level: LogLevel | "silent" = "info",
  fields: LogFields = {},
): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  const at = (own: LogLevel) => (message: string, more?: LogFields) => {
    if (LOG_LEVELS.indexOf(own) < lowest) return;
    write({ time: Date.now(), level: own, message, fields: more ? { ...fields, ...more } : fields });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (more) => createLogger(write, level, { ...fields, ...more }),
  };
}

/** A logger that says nothing. */
export const silentLogger: Logger = createLogger(() => {}, "silent");
