/** Where a value stands in a document: as a form's source (`seo.title`), as a JSON pointer (RFC 6901), as a list. */

export type Document = Record<string, unknown>;

/** Tell whether a value is a JSON object, and no list. */
export function isObject(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return the pointer of a source: `tags.2` is `/tags/2`. */
export function pointerOf(source: string): string {
  return source === "" ? "" : `/${source.split(".").join("/")}`;
}

/** Return what stands at a path, undefined where nothing does. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (typeof node === "object" && node !== null ? (node as Document)[key] : undefined),
    value,
  );
}

/** Return a copy of an object with a value at a path through objects; what is missing on the way is made. */
export function withAt(value: unknown, path: readonly string[], put: unknown): Document {
  const copy: Document = isObject(value) ? { ...value } : {};
  const [key, ...rest] = path;
  if (key === undefined) return copy;
  copy[key] = rest.length === 0 ? put : withAt(copy[key], rest, put);
  return copy;
}
