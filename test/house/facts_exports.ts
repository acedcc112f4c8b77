/** Which names a source file exports itself, and whether each has a doc comment. */

import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast";
import { isExportDeclaration, isNamedExports, isVariableStatement } from "typescript/unstable/ast/is";

/** An exported name. A re-export from another file is that file's. */
export interface ExportFact {
  readonly name: string;
  readonly line: number;
  readonly isDocumented: boolean;
}

interface Declared extends ExportFact {
  readonly isExported: boolean;
}

function hasDoc(node: Node): boolean {
  return (node.jsDoc?.length ?? 0) > 0;
}

function namesOf(node: Node, file: SourceFile): string[] {
  if (isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText(file));
  const name = "name" in node ? node.name as Node | undefined : undefined;
  return [name?.getText(file) ?? "default"];
}

function isExported(node: Node): boolean {
  if (node.kind === SyntaxKind.ExportAssignment) return true;
  const modifiers = "modifiers" in node ? node.modifiers as readonly Node[] | undefined : undefined;
  return modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword) ?? false;
}

function declarationsOf(file: SourceFile, line: (node: Node) => number): Declared[] {
  return file.statements.flatMap((node) =>
    namesOf(node, file).map((name) => ({
      name,
      line: line(node),
      isDocumented: hasDoc(node),
      isExported: isExported(node),
    }))
  );
}

function listedNames(file: SourceFile): Set<string> {
  const lists = file.statements.filter(isExportDeclaration).filter((node) => node.moduleSpecifier === undefined)
    .flatMap((node) => node.exportClause !== undefined && isNamedExports(node.exportClause) ? [node.exportClause] : []);
  return new Set(lists.flatMap((list) => list.elements.map((item) => (item.propertyName ?? item.name).getText(file))));
}

/** The exports of a file. Overloads are one export, documented by any one of them. */
export function exportsOf(file: SourceFile, line: (node: Node) => number): ExportFact[] {
  const listed = listedNames(file);
  const found = new Map<string, ExportFact>();
  for (const declared of declarationsOf(file, line)) {
    const { name, isExported } = declared;
    if (!isExported && !listed.has(name)) continue;
    const first = found.get(name) ?? declared;
    found.set(name, { name, line: first.line, isDocumented: first.isDocumented || declared.isDocumented });
  }
  return [...found.values()];
}
