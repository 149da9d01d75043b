type Json = Record<string, unknown>;

/** The fields that are the server's own. */
const OWN = new Set(["id", "createdAt", "updatedAt", "createdBy", "version", "_expand"]);

/** Return what a document's body sends: without the server's own fields and without what has no value. */
export function bodyOf(data: Json): Json {
  return Object.fromEntries(Object.entries(data).filter(([name, value]) => !OWN.has(name) && !isNothing(value)));
}

/**
 * Return the body of the PATCH that makes `before` into `after`, null where nothing differs.
 *
 * It is a JSON Merge Patch (RFC 7396) of what differs and nothing else, so that what others have changed elsewhere
 * stays. A null within an object cannot be said in one; then it is update operators.
 */
export function patchOf(before: Json, after: Json): Json | null {
  const names = Object.keys({ ...before, ...after }).filter((name) => !OWN.has(name));
  const changed = names.filter((name) => !isSame(before[name], after[name]));
  if (changed.length === 0) return null;
  if (changed.some((name) => hasNull(after[name]))) return operators(changed, after);
  return Object.fromEntries(changed.map((name) => [name, merged(before[name], after[name])]));
}

/** Tell whether two values of a field are the same; nothing, null and undefined are. */
export function isSame(one: unknown, other: unknown): boolean {
  if (isNothing(one) || isNothing(other)) return isNothing(one) && isNothing(other);
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (isObject(one) && isObject(other)) {
    return Object.keys({ ...one, ...other }).every((name) => isSame(one[name], other[name]));
  }
  return Object.is(one, other);
}

function merged(before: unknown, after: unknown): unknown {
  if (isNothing(after)) return null;
  if (!isObject(before) || !isObject(after)) return after;
  const names = Object.keys({ ...before, ...after }).filter((name) => !isSame(before[name], after[name]));
  return Object.fromEntries(names.map((name) => [name, merged(before[name], after[name])]));
}

function operators(names: string[], after: Json): Json {
  const gone = names.filter((name) => isNothing(after[name]));
  const kept = names.filter((name) => !isNothing(after[name]));
  return {
    $set: Object.fromEntries(kept.map((name) => [name, after[name]])),
    ...(gone.length > 0 && { $unset: Object.fromEntries(gone.map((name) => [name, true])) }),
  };
}

/** Tell whether a null stands within an object, where a merge patch would take it for a removal. */
function hasNull(value: unknown): boolean {
  return isObject(value) && Object.values(value).some((inner) => inner === null || hasNull(inner));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
