/**
 * Embeds the Lua scripts of the Redis broker into a checked-in module, without comments and blank space, with their
 * SHA-1 sums: `node scripts/build_lua.mjs`, or with `--check` to fail where the module is not what it would be.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../src/brokers/redis");
const folder = join(root, "scripts");
const output = join(root, "scripts.gen.ts");

/** The first line that lets Upstash lock the declared keys alone; plain Redis refuses it. */
const LOCKING = "#!lua flags=allow-key-locking\n";

const TOKEN =
  /--\[\[[\s\S]*?\]\]|--[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|0x[\da-f]+|\d+\.?\d*|\w+|\.\.\.?|[=~<>]=|\S/gi;

/** A script with what it includes in place. */
function include(text) {
  return text.replace(/^--@include (\S+)\n/gm, (_, file) => include(readFileSync(join(folder, file), "utf8")));
}

/** A script as few characters that mean the same: what stays between two tokens is at most a space. */
export function minify(text) {
  let shorter = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith("--")) continue;
    const glued = /\w$/.test(shorter) && /^\w/.test(token);
    const misread = (/\d$/.test(shorter) && token.startsWith(".")) || (shorter.endsWith("-") && token === "-");
    shorter += (glued || misread ? " " : "") + token;
  }
  return shorter;
}

function sha1(text) {
  return createHash("sha1").update(text).digest("hex");
}

function embed(file) {
  const source = readFileSync(join(folder, file), "utf8");
  const text = minify(include(source));
  const name = file.slice(0, -".lua".length).replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const does = /^-- (.*)/.exec(source)?.[1];
  return [
    `/** ${does} */`,
    `export const ${name}: Script = {`,
    `  name: ${JSON.stringify(name)},`,
    `  text: ${JSON.stringify(text)},`,
    `  sha: ${JSON.stringify(sha1(text))},`,
    `  lockingSha: ${JSON.stringify(sha1(LOCKING + text))},`,
    "};",
  ].join("\n");
}

const module = [
  "// Made by scripts/build_lua.mjs from scripts/*.lua; not to be edited.",
  "/** The Lua scripts of the Redis broker, ready to be sent. @module */",
  'import type { Script } from "./script.ts";',
  ...readdirSync(folder).filter((file) => file.endsWith(".lua")).sort().map((file) => `\n${embed(file)}`),
  "",
].join("\n");

if (process.argv.includes("--check")) {
  if (readFileSync(output, "utf8") !== module) {
    console.error("src/brokers/redis/scripts.gen.ts differs from a fresh build: run node scripts/build_lua.mjs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(output, module);
}
