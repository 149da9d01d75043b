/** What to send so that the stored document becomes what the form holds. */

import type { Field } from "../../server/description";
import { agree, type Leaf } from "./leaves";
import { at, type Document, isObject, withAt } from "./place";
import { identical, isBlank } from "./same";

/**
 * Return the body of a PATCH that makes `mine` of `stored`, null where nothing has changed.
 *
 * A JSON Merge Patch (RFC 7396): removed members are null, lists are whole. A merge patch cannot say that a member
 * *is* null, which JSON fields may hold; then the same is said in update operators.
 */
export function changeOf(
  fields: readonly Field[],
  leaves: readonly Leaf[],
  stored: Document,
  mine: Document,
): Document | null {
  const changed = leaves.filter(({ field, path }) => !agree(field, at(stored, path), at(mine, path)));
  if (changed.length === 0) return null;
  if (changed.some(({ field, path }) => field.type === "json" && holdsNull(at(mine, path)))) {
    return operators(changed, mine);
  }
  const patch = changed.reduce<Document>((made, leaf) => withAt(made, leaf.path, patchOf(leaf, stored, mine)), {});
  return withEmptied(fields, patch, mine);
}

function patchOf({ field, path }: Leaf, stored: Document, mine: Document): unknown {
  const value = sent(at(mine, path), field);
  return field.type === "json" ? mergePatch(at(stored, path), value) : value;
}

/** Return a value as it is sent: null for one that says nothing, but an emptied list that was filled. */
function sent(value: unknown, field: Field): unknown {
  if (field.type === "json") return value ?? null;
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? tidied(item, field.items?.fields) : item));
  return isBlank(value) ? null : value;
}

/** Return an object of a list without members that say nothing. */
function tidied(value: Document, fields: readonly Field[] | null | undefined): Document {
  const known = new Map((fields ?? []).map((field) => [field.name, field]));
  const kept = Object.entries(value).filter(([name, item]) =>
    known.get(name)?.type === "json" ? item !== undefined : !isBlank(item) || Array.isArray(item),
  );
  return Object.fromEntries(
    kept.map(([name, item]) => {
      const field = known.get(name);
      if (field?.type === "object" && isObject(item)) return [name, tidied(item, field.fields)];
      return [name, field ? sent(item, field) : item];
    }),
  );
}

/** Return the merge patch that makes one JSON value of another. */
function mergePatch(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to;
  const patch: Document = {};
  for (const name of Object.keys(from)) if (!Object.hasOwn(to, name)) patch[name] = null;
  for (const [name, value] of Object.entries(to)) {
    if (!identical(from[name], value)) patch[name] = mergePatch(from[name], value);
  }
  return patch;
}

/** An object of which nothing is left is removed as a whole, unless it has to be there. */
function withEmptied(fields: readonly Field[], patch: Document, mine: Document): Document {
  const made = { ...patch };
  for (const field of fields) {
    const part = made[field.name];
    if (field.type !== "object" || !isObject(part)) continue;
    const value = mine[field.name];
    if (isBlank(value) && !field.required) made[field.name] = null;
    else made[field.name] = withEmptied(field.fields ?? [], part, isObject(value) ? value : {});
  }
  return made;
}

function holdsNull(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).some((item) => item === null || holdsNull(item));
}

function operators(changed: readonly Leaf[], mine: Document): Document {
  const set: Document = {};
  const unset: Document = {};
  for (const { field, path, source } of changed) {
    const value = sent(at(mine, path), field);
    if (value === null) unset[source] = true;
    else set[source] = value;
  }
  const parts = { $set: set, $unset: unset };
  return Object.fromEntries(Object.entries(parts).filter(([, changes]) => Object.keys(changes).length > 0));
}

/** Return the body of a POST: what the form holds, without what says nothing. A list that has to be there is sent. */
export function newDocument(fields: readonly Field[], mine: Document): Document {
  const body: Document = {};
  for (const field of fields) {
    const value = mine[field.name];
    if (field.type === "object") {
      const inner = newDocument(field.fields ?? [], isObject(value) ? value : {});
      if (field.required || !isBlank(inner)) body[field.name] = inner;
    } else if (field.type === "json" ? value !== undefined && value !== null : !isBlank(value)) {
      body[field.name] = sent(value, field);
    } else if (field.default !== undefined && field.default !== null) {
      if (!field.required) body[field.name] = null;
    } else if (field.required && Array.isArray(value)) {
      body[field.name] = value;
    }
  }
  return body;
}
