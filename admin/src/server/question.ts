import type { GetListParams } from "react-admin";
import type { Query } from "./api";

/** As many documents as the server answers at once. */
export const LIST_LIMIT = 500;
/** As many ids as fit into the URL of one request. */
export const IDS_AT_ONCE = 100;

/** What a list's filter may be: `q` for the full text, beside it the query language. */
export interface ListFilter {
  q?: string;
  [path: string]: unknown;
}

/**
 * Return the query of a list.
 *
 * `filter` is in the query language, and beside it `q`; `meta.filter` holds as well; `meta.expand` and `meta.fields`
 * are passed on; with `meta.count: false` nothing is counted.
 */
export function listQuery({ pagination, sort, filter, meta }: GetListParams): Query {
  const { q, ...where } = (filter ?? {}) as ListFilter;
  const limit = Math.min(pagination?.perPage ?? LIST_LIMIT, LIST_LIMIT);
  const offset = ((pagination?.page ?? 1) - 1) * (pagination?.perPage ?? LIST_LIMIT);
  const condition = both(where, meta?.filter);
  return {
    filter: condition && JSON.stringify(condition),
    q: q?.trim() || null,
    sort: sort?.field ? `${sort.order === "DESC" ? "-" : ""}${sort.field}` : null,
    limit,
    offset: offset || null,
    fields: meta?.fields?.join(",") || null,
    expand: meta?.expand?.join(",") || null,
    count: meta?.count === false ? null : true,
  };
}

function both(one?: Record<string, unknown>, other?: Record<string, unknown>): Record<string, unknown> | null {
  const parts = [one, other].filter((part) => part !== undefined && Object.keys(part).length > 0);
  if (parts.length < 2) return parts[0] ?? null;
  return { $and: parts };
}

/** Cut a list into pieces. */
export function pieces<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
