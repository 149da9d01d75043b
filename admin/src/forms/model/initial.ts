/** What a form begins with, and what of a document it lets be written. */

import type { Collection, Field } from "../../server/description";
import type { Document } from "./place";

export type Mode = "create" | "edit";

const SYSTEM: ReadonlySet<string> = new Set(["id", "createdAt", "updatedAt", "createdBy", "version"]);

/** Tell whether this user may write a field. */
export function isWritable(field: Field, mode: Mode): boolean {
  if (field.readonly) return false;
  return mode === "create" ? (field.can?.create ?? true) : (field.can?.update ?? true);
}

/** Return the fields of a collection that this user may write, with the members of objects that they may write. */
export function writable(fields: readonly Field[], mode: Mode): Field[] {
  return fields.flatMap((field) => {
    if (!isWritable(field, mode)) return [];
    if (field.type !== "object") return [field];
    const inner = writable(field.fields ?? [], mode);
    return inner.length > 0 ? [{ ...field, fields: inner }] : [];
  });
}

/** Tell whether a document of this collection can be changed here at all. */
export function isEditable(collection: Collection): boolean {
  return collection.can.update && writable(collection.fields, "edit").length > 0;
}

/** Return the values of a new document's form: the defaults. */
export function defaultsOf(fields: readonly Field[]): Document {
  const values: Document = {};
  for (const field of fields) {
    if (field.default !== undefined && field.default !== null) values[field.name] = structuredClone(field.default);
    else if (field.type === "object" && field.required) values[field.name] = defaultsOf(field.fields ?? []);
  }
  return values;
}

/** Return what of a document goes into a copy: not what the server sets, nor what may be there only once. */
export function copyOf(document: Document, fields: readonly Field[]): Document {
  const kept = fields.filter((field) => !field.unique && isWritable(field, "create") && !SYSTEM.has(field.name));
  return Object.fromEntries(
    kept
      .filter(({ name }) => document[name] !== undefined && document[name] !== null)
      .map(({ name }) => [name, document[name]]),
  );
}
