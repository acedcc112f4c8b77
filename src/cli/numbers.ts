/** Reads numbers and JSON from the command line, with errors that name the option. @module */
import { InvalidArgumentError } from "commander";

/** A reader of whole numbers of at least `least`, and of at most `most`. */
export function wholeNumber(what: string, least = 0, most: number = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`${what} must be a whole number ${range}.`);
  };
}

/** A JSON value from the command line. */
export function json(what: string): (text: string) => unknown {
  return (text) => {
    try {
      return JSON.parse(text);
    } catch {
      throw new InvalidArgumentError(`${what} must be JSON, such as '[4, 4]' (mind the shell's quotes).`);
    }
  };
}
