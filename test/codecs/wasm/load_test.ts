/** The compiled codec is used where it compiles, the twin where it does not; and nobody else's import graph carries it. */

import { expect, test } from "bun:test";
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { chooseEngine, compileInlined } from "../../../src/codecs/wasm/load.ts";
import { pack } from "../../../src/codecs/wasm/mod.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("the compiled codec where it compiles", () => {
  const { engine, reason } = chooseEngine(compileInlined);
  expect(engine.implementation).toBe("wasm");
  expect(reason).toBeUndefined();
});

test("the twin, with the reason, where a host refuses to compile", () => {
  const { engine, reason } = chooseEngine(() => {
    throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
  });
  expect(engine.implementation).toBe("typescript");
  expect(reason).toBe("Wasm code generation disallowed by embedder");
  expect(engine.packText("the same bytes")).toBe(pack("the same bytes"));
});

test("the twin where the module is another one", () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const { engine, reason } = chooseEngine(() => empty);
  expect(engine.implementation).toBe("typescript");
  expect(reason).toContain("must be the codec");
});

test("the front door loads it when it is needed only", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["mod.ts"],
    bundle: true,
    format: "esm",
    metafile: true,
    packages: "external",
    write: false,
  });
  const importers = Object.entries(metafile.inputs).filter(([path]) => !path.includes("codecs/wasm")).flatMap((
    [path, { imports }],
  ) => imports.filter((it) => it.path.includes("codecs/wasm")).map((it) => `${path}: ${it.kind}`));
  expect(importers).toEqual(["src/codecs/checksum.ts: import-statement", "src/app/umbel.ts: dynamic-import"]);
  const { imports } = metafile.inputs["src/app/umbel.ts"] ?? { imports: [] };
  const dynamic = imports.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path);
  expect(dynamic).toContain("src/codecs/blob_references.ts");
});
