/** Finds the examples in pages and doc comments. */

import { posix } from "node:path";
import { sourcesOf } from "../house/doors.ts";
import type { Files } from "../house/tree.ts";

/** An example: TypeScript to be checked, and to be run unless it says otherwise. */
export interface Example {
  /** Where its fence opens: `path:line`. */
  readonly place: string;
  /** The name it gives itself in a first line of the form "// tasks.ts", by which its page's other examples import it. */
  readonly name: string | undefined;
  readonly text: string;
  readonly runs: boolean;
}

const COMMENT = /\/\*\*(?!\/)[^]*?\*\//g;
const FENCE = /^([ \t]*)```(?:ts|typescript)\b([^\n]*)\n([^]*?)^\1```[ \t]*$/gm;

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** The examples of a text whose first line is the given one. "no-check" takes an example out; "no-run" only checks it. */
function examplesIn(path: string, text: string, firstLine: number): Example[] {
  return [...text.matchAll(FENCE)].flatMap((match) => {
    const [, indent = "", words = "", body = ""] = match;
    if (/\bno-check\b/.test(words)) return [];
    const content = body.replace(new RegExp(`^${indent}`, "gm"), "");
    return [{
      place: `${path}:${firstLine + lineAt(text, match.index) - 1}`,
      name: /^\/\/ ([\w-]+\.ts)\b/.exec(content)?.[1],
      text: content,
      runs: !/\bno-run\b/.test(words),
    }];
  });
}

/** The text of a doc comment, line for line: what stands before and after the text is blanked. */
function commentText(comment: string): string {
  return comment.replace(/^\/\*\*/, "").replace(/\*\/$/, "").replace(/^[ \t]*\*[ \t]?/gm, "");
}

function examplesInComments(path: string, text: string): Example[] {
  return [...text.matchAll(COMMENT)].flatMap((match) =>
    examplesIn(path, commentText(match[0]), lineAt(text, match.index))
  );
}

/** The files that doors export from: their own sources, and what those export of others. */
function publicSources(files: Files): Set<string> {
  const seen = new Set(Object.values(sourcesOf(files)));
  for (const path of seen) {
    const again = (files.get(path) ?? "").matchAll(/^export (?:type )?(?:\{[^}]*\}|\*(?: as \w+)?) from "(\.[^"]+)"/gm);
    for (const [, specifier = ""] of again) seen.add(posix.join(posix.dirname(path), specifier));
  }
  return seen;
}

/** Every example of README.md, of docs/ and of the doc comments behind the doors, by file. */
export function extractExamples(files: Files): ReadonlyMap<string, readonly Example[]> {
  const pages = [...files].filter(([path]) => /^(README|docs\/.*)\.md$/.test(path))
    .map(([path, text]) => [path, examplesIn(path, text, 1)] as const);
  const sources = [...publicSources(files)].map((path) =>
    [path, examplesInComments(path, files.get(path) ?? "")] as const
  );
  return new Map([...pages, ...sources].filter(([, examples]) => examples.length > 0));
}
