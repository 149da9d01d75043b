import type { Json } from "./filter";

const JOINS = new Set(["$and", "$or", "$nor"]);
/** What changes with every write, and is not among the fields that are told. */
const WITH_EVERY_WRITE = ["updatedAt", "version"];

/** Tell whether a change of these fields may decide whether a list finds a document. */
export function matters({ q, ...filter }: Json, fields: readonly string[]): boolean {
  if (q) return true;
  const names = new Set(namesIn(filter));
  return names.has(ANY) || [...WITH_EVERY_WRITE, ...fields].some((name) => names.has(name));
}

/** Stands for every field: an operator that asks for more than one. */
const ANY = "$";

/** Return the top-level fields that a query asks for. */
function namesIn(query: unknown): string[] {
  if (typeof query !== "object" || query === null) return [];
  return Object.entries(query).flatMap(([key, value]) => {
    if (JOINS.has(key)) return Array.isArray(value) ? value.flatMap(namesIn) : [];
    return [key.startsWith("$") ? ANY : (key.split(".")[0] ?? key)];
  });
}
