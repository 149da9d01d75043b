import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useGetManyAggregate, useTranslate } from "react-admin";
import { api } from "../../server/api";
import { type Collection, useDescription } from "../../server/description";
import { useSame } from "../../shell/useSame";

/** A document that can be referred to. */
export interface Choice {
  id: string;
  title: string;
}

const SHOWN = 25;
const PAUSE_MS = 200;

type Found = { id: string } & Record<string, unknown>;

/** Return the collection that a reference leads to, undefined where this user may not know it. */
export function useTarget(name: string | null | undefined): Collection | undefined {
  return useDescription().collections.find((one) => one.name === name && one.can.read);
}

/** Return the documents of a collection that fit what was typed; asked for as soon as somebody looks. */
export function useChoices(
  target: Collection,
  typed: string,
  isOpen: boolean,
): { choices: Choice[]; isLoading: boolean } {
  const words = useSettled(typed.trim());
  const { data, isFetching } = useQuery({
    queryKey: [target.name, "choices", words],
    queryFn: ({ signal }) => api.get<{ items: Found[] }>(target.name, { query: questionOf(target, words), signal }),
    enabled: isOpen,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  return { choices: (data?.items ?? []).map((one) => choiceOf(target, one)), isLoading: isFetching };
}

function questionOf(target: Collection, words: string): Record<string, string | number> {
  const always = { limit: SHOWN, sort: target.sort, fields: target.title };
  if (words === "") return always;
  if (target.searchable) return { ...always, q: words };
  const pattern = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return { ...always, filter: JSON.stringify({ [target.title]: { $regex: pattern, $options: "i" } }) };
}

/** Return the titles of documents by their ids: null for one that is gone, or not for this user. */
export function useTitles(
  target: Collection | undefined,
  ids: readonly string[],
): ReadonlyMap<string, string | null | undefined> {
  const isAsked = target !== undefined && ids.length > 0;
  const { data, isPending } = useGetManyAggregate<Found>(
    target?.name ?? "",
    { ids: [...ids], meta: target && { fields: [target.title] } },
    { enabled: isAsked },
  );
  const found = new Map((data ?? []).filter(Boolean).map((one) => [one.id, one]));
  return new Map(
    ids.map((id) => {
      const one = found.get(id);
      if (one && target) return [id, choiceOf(target, one).title];
      return [id, isAsked && isPending ? undefined : null];
    }),
  );
}

/** Return the documents with these ids as they are shown; the same list as long as it holds the same. */
export function useChosen(target: Collection, ids: readonly string[]): Choice[] {
  const translate = useTranslate();
  const titles = useTitles(target, ids);
  return useSame(
    ids.map((id) => {
      const title = titles.get(id);
      return { id, title: title === null ? translate("forms.reference.missing", { id }) : (title ?? "…") };
    }),
  );
}

function choiceOf(target: Collection, found: Found): Choice {
  const title = found[target.title];
  return { id: found.id, title: typeof title === "string" && title !== "" ? title : found.id };
}

/** Return a text once it has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
