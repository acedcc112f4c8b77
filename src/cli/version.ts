/** The version of this package; a test holds it equal to package.json and deno.json. @module */

/** The version of this package. */
export const VERSION = "0.1.0";
