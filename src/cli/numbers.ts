/** Reads numbers and JSON from the command line, with errors that name the option. @module */
import { InvalidArgumentError } from "commander";

/** A reader of whole numbers of at least `least`. */
export function wholeNumber(what: string, least = 0): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`${what} must be a whole number of at least ${least}.`);
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
