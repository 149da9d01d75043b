import { keepPreviousData, type UseQueryResult, useQueries } from "@tanstack/react-query";
import { createContext, useCallback, useMemo } from "react";
import { type RaRecord, useDataProvider } from "react-admin";
import { type Collection, useDescription } from "../../server/description";
import { type Column, elementOf, valueAt } from "../model/fields";
import { summary } from "../model/plain";

const BELIEVED_MS = 60_000;

/** The names of the documents that a page refers to, by collection; more are on their way until it `isWhole`. */
export type Names = ReadonlyMap<string, { known: ReadonlyMap<string, string>; isWhole: boolean }>;

const NOBODY: ReadonlyMap<string, string> = new Map();

/** Null where nobody has asked for all names of a page: then each reference asks for its own. */
export const NamesContext = createContext<Names | null>(null);

/** Ask for the names of all documents that a page refers to, once for each collection. */
export function useNames(columns: readonly Column[], records: readonly RaRecord[]): Names {
  const provider = useDataProvider();
  const { collections } = useDescription();
  const wanted = useMemo(() => referred(columns, records, collections), [columns, records, collections]);
  const combine = useCallback(
    (answers: Answer[]) => new Map(wanted.map(({ target }, index) => [target.name, told(answers[index])])),
    [wanted],
  );
  return useQueries({
    queries: wanted.map(({ target, ids }) => ({
      queryKey: [target.name, "names", ids],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const { data } = await provider.getMany(target.name, { ids, meta: { fields: [target.title] }, signal });
        return new Map(data.map((one: RaRecord) => [String(one.id), summary(one[target.title]) || String(one.id)]));
      },
      staleTime: BELIEVED_MS,
      placeholderData: keepPreviousData,
    })),
    combine,
  });
}

type Answer = Pick<UseQueryResult<ReadonlyMap<string, string>>, "data" | "isPending" | "isPlaceholderData">;

function told(answer: Answer | undefined) {
  const isWhole = answer !== undefined && !answer.isPending && !answer.isPlaceholderData;
  return { known: answer?.data ?? NOBODY, isWhole };
}

interface Wanted {
  target: Collection;
  ids: string[];
}

function referred(
  columns: readonly Column[],
  records: readonly RaRecord[],
  collections: readonly Collection[],
): Wanted[] {
  const ids = new Map<string, Set<string>>();
  for (const { path, field } of columns) {
    const { type, collection } = elementOf(field);
    if (type !== "reference" || !collection) continue;
    const known = ids.get(collection) ?? new Set<string>();
    for (const record of records)
      for (const id of [valueAt(record, path)].flat()) if (typeof id === "string") known.add(id);
    ids.set(collection, known);
  }
  return [...ids].flatMap(([name, found]) => {
    const target = collections.find((one) => one.name === name && one.can.read);
    return target && found.size > 0 ? [{ target, ids: [...found].sort() }] : [];
  });
}
