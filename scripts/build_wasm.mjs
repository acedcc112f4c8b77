// Compiles wasm/ to src/codecs/wasm/codec.wasm and codec.gen.ts; with --check, says whether both equal a fresh build.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import process from "node:process";
import asc from "assemblyscript/asc";

const root = new URL("../", import.meta.url);

// No runtime and no abort: the module manages its memory itself, traps nowhere and imports nothing.
const options = [
  "wasm/codec.ts",
  "--outFile=codec.wasm",
  "--runtime=stub",
  "--use=abort=",
  "--noAssert",
  "--optimizeLevel=3",
  "--shrinkLevel=0",
  "--converge",
  "--stackSize=0",
  "--initialMemory=4",
  "--maximumMemory=2560",
];

/** Compiles wasm/ and returns the text or bytes of each generated file by its path in the repository. */
export async function buildWasm() {
  let wasm;
  const { error, stderr } = await asc.main(options, {
    readFile: (name, base) => readFile(new URL(name, base === "." ? root : pathToUrl(base)), "utf8").catch(() => null),
    writeFile: (name, contents) => {
      if (name === "codec.wasm") wasm = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`Cannot compile wasm/: ${error.message}\n${stderr.toString()}`);
  return { "src/codecs/wasm/codec.wasm": wasm, "src/codecs/wasm/codec.gen.ts": inlined(wasm) };
}

function pathToUrl(base) {
  return new URL(base.endsWith("/") ? base : base + "/", root);
}

function inlined(wasm) {
  return `// Generated from wasm/ by scripts/build_wasm.mjs: do not edit.

/** The size of the compiled codec in bytes. */
export const wasmSize: number = ${wasm.length};

/** The compiled codec in base64. */
export const wasmBase64: string =
  "${Buffer.from(wasm).toString("base64")}";
`;
}

/** The paths of the generated files that differ from a fresh build. */
export async function staleWasm() {
  const stale = [];
  for (const [path, contents] of Object.entries(await buildWasm())) {
    const found = await readFile(new URL(path, root)).catch(() => undefined);
    if (!found?.equals(Buffer.from(contents))) stale.push(path);
  }
  return stale;
}

async function main() {
  if (process.argv.includes("--check")) {
    const stale = await staleWasm();
    for (const path of stale) console.error(`${path} differs from a fresh build: run node scripts/build_wasm.mjs`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  for (const [path, contents] of Object.entries(await buildWasm())) {
    await writeFile(new URL(path, root), contents);
    console.log(`${path}  ${contents.length} bytes`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
