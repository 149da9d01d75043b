import type { GetListParams } from "react-admin";
import type { Query } from "./api";

/** As many documents as the server answers at once. */
const LIST_LIMIT = 500;
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
 * `filter` is in the query language, and beside it `q`; `meta.fields` is passed on; with `meta.count: false` nothing is
 * counted.
 */
export function listQuery({ pagination, sort, filter, meta }: GetListParams): Query {
  const limit = Math.min(pagination?.perPage ?? LIST_LIMIT, LIST_LIMIT);
  const offset = ((pagination?.page ?? 1) - 1) * (pagination?.perPage ?? LIST_LIMIT);
  return {
    ...asked(filter ?? {}),
    sort: sort?.field ? `${sort.order === "DESC" ? "-" : ""}${sort.field}` : null,
    limit,
    offset: offset || null,
    fields: meta?.fields?.join(",") || null,
    count: meta?.count === false ? null : true,
  };
}

/** Return the parameters for a filter; none for what says nothing. */
export function asked({ q, ...where }: ListFilter): { filter: string | null; q: string | null } {
  return { filter: Object.keys(where).length > 0 ? JSON.stringify(where) : null, q: q?.trim() || null };
}

/** Cut a list into pieces. */
export function pieces<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
