import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useListContext } from "react-admin";
import { api } from "../server/api";
import type { Collection } from "../server/description";
import { asked, IDS_AT_ONCE, type ListFilter, pieces } from "../server/question";
import type { Column } from "./model/fields";
import { type Conditions, type FieldAt, fromQuery, type Json, toQuery } from "./model/filter";

/** How long a number of documents is believed without asking again; news of the collection ask at once. */
const BELIEVED_MS = 60_000;

export interface Filtering {
  /** The full text that is searched for. */
  search: string;
  /** What is asked beside it, in the query language. */
  query: Json;
  /** The same for the builder; null where it says more than that can show. */
  conditions: Conditions | null;
  isFiltered: boolean;
  setSearch(text: string): void;
  setConditions(conditions: Conditions): void;
  setQuery(query: Json): void;
  clear(): void;
}

/** Return what the list is narrowed to. It is kept in the page's address. */
export function useFiltering(columns: readonly Column[]): Filtering {
  const { filterValues, setFilters } = useListContext();
  const fieldAt = useFieldAt(columns);
  return useMemo(() => {
    const { q, ...query } = filterValues as Json;
    const search = typeof q === "string" ? q : "";
    const change = (text: string, next: Json) => setFilters(text ? { q: text, ...next } : next);
    return {
      search,
      query,
      conditions: fromQuery(query, fieldAt),
      isFiltered: search !== "" || Object.keys(query).length > 0,
      setSearch: (text: string) => change(text, query),
      setConditions: (conditions: Conditions) => change(search, toQuery(conditions, fieldAt)),
      setQuery: (next: Json) => change(search, next),
      clear: () => setFilters({}),
    };
  }, [filterValues, setFilters, fieldAt]);
}

function useFieldAt(columns: readonly Column[]): FieldAt {
  return useCallback((path) => columns.find((column) => column.path === path)?.field, [columns]);
}

export function countKey(collection: string): string[] {
  return [collection, "count"];
}

/** Return how many documents the list has in all; undefined while nobody knows. It is asked for once for all pages. */
export function useTotal(collection: Collection): number | undefined {
  const { filterValues } = useListContext();
  const { data } = useQuery({
    queryKey: [...countKey(collection.name), filterValues],
    queryFn: ({ signal }) => count(collection.name, filterValues, signal),
    staleTime: BELIEVED_MS,
    // Nobody has told of anything while no list was shown.
    refetchOnMount: "always",
  });
  return data;
}

async function count(collection: string, filterValues: ListFilter, signal?: AbortSignal): Promise<number> {
  const query = { ...asked(filterValues), limit: 1, fields: "id", count: true };
  return (await api.get<{ total: number }>(collection, { query, signal })).total;
}

/** Return which of these documents a list finds. */
export async function found(
  collection: string,
  filterValues: ListFilter,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const { q, ...filter } = filterValues;
  const answers = pieces(ids, IDS_AT_ONCE).map((some) => {
    const among = { id: { $in: some } };
    const where = Object.keys(filter).length > 0 ? { $and: [filter, among] } : among;
    const query = { ...asked({ ...where, q }), limit: some.length, fields: "id" };
    return api.get<{ items: { id: string }[] }>(collection, { query, signal });
  });
  return (await Promise.all(answers)).flatMap(({ items }) => items.map(({ id }) => id));
}
