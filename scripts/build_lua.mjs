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

/** Scripts that only Upstash is sent, and of which every byte counts. */
const BARE = ["post.lua"];

const TOKEN =
  /--\[\[[\s\S]*?\]\]|--[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|0x[\da-f]+|\d+\.?\d*|\w+|\.\.\.?|[=~<>]=|\S/gi;

/** A script with what it includes in place. */
function include(text) {
  return text.replace(/^--@include (\S+)\n/gm, (_, file) => include(readFileSync(join(folder, file), "utf8")));
}

/** The tokens of a script, without its comments. */
function tokensOf(text) {
  return [...text.matchAll(TOKEN)].map(([token]) => token).filter((token) => !token.startsWith("--"));
}

const NAME = /^[a-z_]\w*$/i;
const RESERVED = new Set(
  ("and break do else elseif end false for function if in local nil not or repeat return then true until while " +
    "redis string math table unpack pairs ipairs type next tonumber tostring KEYS ARGV").split(" "),
);

/** Names of locals and parameters: what stands behind `local`, `for` and `function`. */
function localsOf(tokens) {
  const names = new Set();
  tokens.forEach((token, i) => {
    const isFunction = token === "function" || (tokens[i - 1] === "local" && token === "function");
    if (token === "local" && tokens[i + 1] !== "function") collect(names, tokens, i + 1);
    if (token === "for") collect(names, tokens, i + 1);
    if (isFunction && tokens[i - 1] === "local") names.add(tokens[i + 1]);
    if (isFunction) collect(names, tokens, tokens.indexOf("(", i) + 1);
  });
  return names;
}

function collect(names, tokens, from) {
  for (let i = from; NAME.test(tokens[i]) && !RESERVED.has(tokens[i]); i += 2) {
    names.add(tokens[i]);
    if (tokens[i + 1] !== ",") return;
  }
}

/** How often each local of these scripts is used, and the names that are taken. */
function namesIn(scripts) {
  const uses = new Map();
  const taken = new Set();
  for (const tokens of scripts) {
    const locals = localsOf(tokens);
    tokens.forEach((token, i) => {
      if (isUse(tokens, i, locals)) uses.set(token, (uses.get(token) ?? 0) + 1);
      else if (NAME.test(token)) taken.add(token);
    });
  }
  return { uses, taken };
}

/** Short names for the locals of scripts, the most used first. */
function shortNames(scripts) {
  const { uses, taken } = namesIn(scripts);
  const short = new Map();
  let next = 0;
  for (const name of [...uses.keys()].sort((x, y) => uses.get(y) - uses.get(x) || (x < y ? -1 : 1))) {
    while (taken.has(nameOf(next)) || RESERVED.has(nameOf(next))) next++;
    short.set(name, nameOf(next++));
  }
  return short;
}

/** Whether a token is a local of its script. A field of a table keeps its name. */
function isUse(tokens, i, locals) {
  return locals.has(tokens[i]) && !isField(tokens, i);
}

/** Whether a name is that of a field: behind a dot, or before `=` within braces. */
function isField(tokens, i) {
  if (tokens[i - 1] === "." || tokens[i - 1] === ":") return true;
  return tokens[i + 1] === "=" && (tokens[i - 1] === "{" || (tokens[i - 1] === "," && isInBraces(tokens, i)));
}

function isInBraces(tokens, i) {
  for (let depth = 0, at = i - 1; at >= 0; at--) {
    if ("})]".includes(tokens[at])) depth++;
    else if ("{([".includes(tokens[at]) && depth-- === 0) return tokens[at] === "{";
    else if (depth === 0 && ["local", "return", "end", "do", "then"].includes(tokens[at])) return false;
  }
  return false;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function nameOf(number) {
  const letter = LETTERS[number % LETTERS.length];
  return number < LETTERS.length ? letter : nameOf(Math.floor(number / LETTERS.length) - 1) + letter;
}

/** A script in few characters that mean the same: short names, and at most a space between two tokens. */
function minify(tokens, short) {
  const locals = localsOf(tokens);
  let shorter = "";
  for (const [i, word] of tokens.entries()) {
    const token = isUse(tokens, i, locals) ? short.get(word) : word;
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
  const tokens = tokensOf(include(source));
  const text = minify(tokens, BARE.includes(file) ? shortNames([tokens]) : common);
  const name = file.slice(0, -".lua".length).replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const does = /^-- (.*)/.exec(source)?.[1];
  if (BARE.includes(file)) {
    return [
      `/** ${does} */`,
      `export const ${name}Text: string = ${JSON.stringify(LOCKING + text)};`,
      `/** The SHA-1 of it. */`,
      `export const ${name}Sha: string = ${JSON.stringify(sha1(LOCKING + text))};`,
    ].join("\n");
  }
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

const files = readdirSync(folder).filter((file) => file.endsWith(".lua")).sort();

/** The same for all: what several scripts include is the same text in each, and packs to a reference. */
const common = shortNames(files.map((file) => tokensOf(include(readFileSync(join(folder, file), "utf8")))));

const module = [
  "// Made by scripts/build_lua.mjs from scripts/*.lua; not to be edited.",
  "/** The Lua scripts of the Redis broker, ready to be sent. @module */",
  'import type { Script } from "./script.ts";',
  ...files.map((file) => `\n${embed(file)}`),
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
