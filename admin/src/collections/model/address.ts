import type { SortPayload } from "react-admin";

/** What an address may ask of a list. */
interface Possible {
  pageSizes: readonly number[];
  isSortable(path: string): boolean;
}

/**
 * Return the search of an address as lists keep it: what is given, where that is so already.
 *
 * Lists write `filter` (with the words that are searched for as its `q`), `sort`, `order`, `page` and `perPage`. Whoever
 * writes a link may give `q` by itself, and `sort` as the API has it: `-publishedAt`. What cannot be is left out.
 */
export function settled(search: string, { pageSizes, isSortable }: Possible): string {
  const given = new URLSearchParams(search);
  const filter = filterIn(given);
  const sort = sortBy(given.get("sort") ?? "", given.get("order") === "DESC");
  const page = Number(given.get("page"));
  const perPage = Number(given.get("perPage"));
  const kept = new URLSearchParams({
    ...(filter && { filter: JSON.stringify(filter) }),
    ...(isSortable(sort.field) && { sort: sort.field, order: sort.order }),
    ...(Number.isSafeInteger(page) && page > 0 && { page: String(page) }),
    ...(pageSizes.includes(perPage) && { perPage: String(perPage) }),
  });
  if (sorted(given) === sorted(kept)) return search;
  return kept.size > 0 ? `?${kept}` : "";
}

/** Return what a text such as `-publishedAt` sorts by: of several fields the first. */
export function sortBy(text: string, isDescending = false): SortPayload {
  const [first = ""] = text.split(",");
  if (first.startsWith("-")) return { field: first.slice(1), order: "DESC" };
  return { field: first, order: isDescending ? "DESC" : "ASC" };
}

function filterIn(given: URLSearchParams): Record<string, unknown> | null {
  const { q, ...filter } = objectIn(given.get("filter")) ?? {};
  const words = given.get("q") ?? q;
  const isSearched = typeof words === "string" && words.trim() !== "";
  if (isSearched) return { q: words.trim(), ...filter };
  return given.has("filter") ? filter : null;
}

function objectIn(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function sorted(parameters: URLSearchParams): string {
  return JSON.stringify([...parameters].sort());
}
