/** The names of blobs: by the task that they belong to, and of the marks that others need them too. @module */

/** Where the blobs stand that belong to a task; to none, where it has no id. */
export function valueKey(owner: string | undefined): string {
  return `${VALUES}${owner ?? "none"}/`;
}

/** The mark that a task needs a blob which belongs to another. */
export function heldKey(key: string, holder: string | undefined): string {
  return `${MARKS}${key.slice(VALUES.length)}/${holder ?? "none"}`;
}

/** What the names of blobs begin with. */
export const VALUES = "values/";

/** What the names of marks begin with. */
export const MARKS = "held/";

/** What a name says. */
export interface BlobName {
  /** The blob it is of. */
  readonly key: string;
  /** The task that the blob belongs to, or, for a mark, that needs it. */
  readonly task: string;
}

/** What the name of a blob or of a mark says; undefined for a name of another kind. */
export function parseBlobKey(key: string): (BlobName & { readonly kind: "value" | "mark" }) | undefined {
  const parts = key.split("/");
  const [root, owner, name, holder] = parts;
  if (owner === undefined || name === undefined) return undefined;
  if (root === "values" && parts.length === 3) return { kind: "value", key, task: owner };
  if (root === "held" && parts.length === 4 && holder) {
    return { kind: "mark", key: `${VALUES}${owner}/${name}`, task: holder };
  }
  return undefined;
}
