/** Prints rows as a table of aligned columns. @module */

/** Rows of cells under their heads, aligned; numbers to the right. */
export function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = [heads, ...rows.map((row) => row.map(String))];
  const widths = heads.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? "").length)));
  const numeric = heads.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return numeric[column] ? cell.padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd();
  return texts.map(line).join("\n");
}
