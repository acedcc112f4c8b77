/** Writes log lines to the standard error: for people on a terminal, as JSON lines otherwise. @module */
import { createLogger, type LogFields, type Logger, type LogLevel, type LogRecord } from "../base/log.ts";

const COLOURS: Readonly<Record<LogLevel, string>> = {
  debug: "\x1b[90m",
  info: "\x1b[36m",
  warn: "\x1b[33m",
  error: "\x1b[31m",
};
const PLAIN = "\x1b[0m";

/** What a {@link consoleLogger} may be told. */
export interface ConsoleLogOptions {
  readonly level?: LogLevel | "silent";
  /** `pretty` for people, `json` for machines; by default what the standard error is connected to decides. */
  readonly format?: "pretty" | "json";
  /** Takes a line, without its end. The standard error when absent. */
  readonly write?: (line: string) => void;
}

/** A logger that writes to the standard error. */
export function consoleLogger(options: ConsoleLogOptions = {}): Logger {
  const format = options.format ?? (process.stderr.isTTY ? "pretty" : "json");
  const write = options.write ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const line = format === "pretty" ? prettyLine : jsonLine;
  return createLogger((record) => write(line(record)), options.level);
}

/** A record as one line of JSON; errors become their name, message and stack. */
export function jsonLine(record: LogRecord): string {
  const { time, level, message, fields } = record;
  return JSON.stringify({ time: new Date(time).toISOString(), level, message, ...fields }, plainError);
}

/** A record as a person reads it. */
export function prettyLine(record: LogRecord): string {
  const time = new Date(record.time).toISOString().slice(11, 23);
  const colour = COLOURS[record.level];
  return `${PLAIN}${time} ${colour}${record.level.padEnd(5)}${PLAIN} ${record.message}${prettyFields(record.fields)}`;
}

function prettyFields(fields: LogFields): string {
  let text = "";
  let stack = "";
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Error) stack += `\n${value.stack ?? value.message}`;
    else if (value !== undefined) {
      text += ` ${COLOURS.debug}${key}=${PLAIN}${typeof value === "string" ? value : JSON.stringify(value)}`;
    }
  }
  return text + stack;
}

function plainError(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Error
    ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value;
}
