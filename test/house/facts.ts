/** What the rules ask of a source file, read from the compiler's own syntax tree. */

import { API } from "typescript/unstable/async";
import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast";
import {
  isArrowFunction,
  isAsExpression,
  isCallExpression,
  isExportDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isStringLiteral,
} from "typescript/unstable/ast/is";
import { createVirtualFileSystem } from "typescript/unstable/fs";
import { type ExportFact, exportsOf } from "./facts_exports.ts";
import type { Files } from "./tree.ts";

/** An import, a re-export, an import type or an `import()` of a literal. */
export interface ImportFact {
  readonly specifier: string;
  readonly line: number;
}

/** A function with its number of lines, from its first word to its closing brace. */
export interface FunctionFact {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** A word of interest and where it stands. */
export interface WordFact {
  readonly word: string;
  readonly line: number;
}

/** What one file has of each. */
export interface Facts {
  readonly imports: readonly ImportFact[];
  readonly functions: readonly FunctionFact[];
  readonly exports: readonly ExportFact[];
  /** Where the types have holes: `any`, `as unknown as`. */
  readonly holes: readonly WordFact[];
  /** Names that stand alone in an expression and that the file does not declare: `Bun`, `process`, `setTimeout` ... */
  readonly globals: readonly WordFact[];
}

const FUNCTIONS = new Set([
  SyntaxKind.ArrowFunction,
  SyntaxKind.Constructor,
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.GetAccessor,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.SetAccessor,
]);

const HOST_GLOBALS = new Set(["Bun", "Buffer", "Deno", "__dirname", "__filename", "global", "process", "require"]);

class Reader {
  readonly imports: ImportFact[] = [];
  readonly functions: FunctionFact[] = [];
  readonly holes: WordFact[] = [];
  readonly globals: WordFact[] = [];
  readonly #file: SourceFile;

  constructor(file: SourceFile) {
    this.#file = file;
  }

  read(): Facts {
    this.#visit(this.#file);
    const { imports, functions, holes, globals } = this;
    return { imports, functions, holes, globals, exports: exportsOf(this.#file, (node) => this.#line(node)) };
  }

  #visit(node: Node): void {
    this.#readImport(node);
    this.#readHole(node);
    this.#readGlobal(node);
    if (FUNCTIONS.has(node.kind)) this.#readFunction(node);
    node.forEachChild((child) => {
      this.#visit(child);
      return undefined;
    });
  }

  #line(node: Node): number {
    return this.#lineAt(node.getStart(this.#file));
  }

  #lineAt(position: number): number {
    return this.#file.getLineAndCharacterOfPosition(position).line + 1;
  }

  #readImport(node: Node): void {
    const specifier = specifierOf(node);
    if (specifier !== undefined) this.imports.push({ specifier, line: this.#line(node) });
  }

  /** A function of one expression on one line is no function to measure: it would only flatter the median. */
  #readFunction(node: Node): void {
    const line = this.#line(node);
    const lines = this.#lineAt(node.end) - line + 1;
    const body = "body" in node ? node.body as Node | undefined : undefined;
    if (body === undefined || (isArrowFunction(node) && body.kind !== SyntaxKind.Block && lines === 1)) return;
    this.functions.push({ name: nameOf(node, this.#file), line, lines });
  }

  #readHole(node: Node): void {
    if (node.kind === SyntaxKind.AnyKeyword) this.holes.push({ word: "any", line: this.#line(node) });
    const isDouble = isAsExpression(node) && isAsExpression(node.expression) &&
      node.expression.type.kind === SyntaxKind.UnknownKeyword;
    if (isDouble) this.holes.push({ word: "as unknown as", line: this.#line(node) });
  }

  #readGlobal(node: Node): void {
    if (!isIdentifier(node) || !HOST_GLOBALS.has(node.text) || !isReference(node)) return;
    this.globals.push({ word: node.text, line: this.#line(node) });
  }
}

/** A function's name, or that of the constant or key that holds it. */
function nameOf(node: Node, file: SourceFile): string {
  const named = [node, node.parent].find((item) => "name" in item && item.name !== undefined);
  return named !== undefined && "name" in named ? (named.name as Node).getText(file) : "(unnamed)";
}

/** Whether an identifier names a value by itself, rather than a member, a key or a type. */
function isReference(node: Node): boolean {
  const parent = node.parent;
  if (parent.kind === SyntaxKind.TypeReference || parent.kind === SyntaxKind.QualifiedName) return true;
  if ("name" in parent && parent.name === node) return false;
  return true;
}

function specifierOf(node: Node): string | undefined {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (isImportTypeNode(node)) return isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined;
  const isDynamic = isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword;
  return isDynamic ? textOf(node.arguments[0]) : undefined;
}

function textOf(node: Node | undefined): string | undefined {
  return node !== undefined && isStringLiteral(node) ? node.text : undefined;
}

const CONFIG = "/house/tsconfig.json";

/** Reads the facts of every TypeScript file among the files. Nothing is resolved or checked: only read. */
export async function readFacts(files: Files): Promise<ReadonlyMap<string, Facts>> {
  const paths = [...files.keys()].filter((path) => path.endsWith(".ts"));
  const texts = Object.fromEntries(paths.map((path) => [`/house/${path}`, files.get(path) ?? ""]));
  const compilerOptions = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true };
  const api = new API({
    cwd: "/house",
    fs: createVirtualFileSystem({ ...texts, [CONFIG]: JSON.stringify({ compilerOptions, files: paths }) }),
  });
  try {
    const project = (await api.updateSnapshot({ openProject: CONFIG })).getProject(CONFIG);
    const facts = new Map<string, Facts>();
    for (const path of paths) {
      const file = await project?.program.getSourceFile(`/house/${path}`);
      if (file === undefined) throw new Error(`Cannot read ${path} as the compiler must know it`);
      facts.set(path, new Reader(file).read());
    }
    return facts;
  } finally {
    await api.close();
  }
}
