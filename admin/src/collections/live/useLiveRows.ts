import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type GetListResult, type RaRecord, useDataProvider, useListContext } from "react-admin";
import type { Collection } from "../../server/description";
import { useChannel } from "../../server/live";
import { Collector, MOST_IDS, type News } from "../model/news";
import { type Columns, fieldsOf } from "../useColumns";
import { count, countKey } from "../useListing";
import type { Mark, Marks } from "./marks";

const FADE_MS = 300;
const SHOWN_MS = 2_500;

export interface LiveRows {
  marks: Marks;
  /** How many documents have come that are not shown, so that nothing moves under the pointer. */
  fresh: number;
  show(): void;
}

/**
 * Keep the page of a list as the server has it, by what its channel tells.
 *
 * On the first page of all documents it is read again, quietly. Where somebody has selected rows, filters or is on
 * another page, rows stay where they are: their contents change, those that are gone are crossed out, new ones counted.
 */
export function useLiveRows(collection: Collection, columns: Columns): LiveRows {
  const list = useListContext();
  const client = useQueryClient();
  const provider = useDataProvider();
  const [marks, mark, unmark] = useMarks();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [freshCount, setFreshCount] = useState(0);

  const read = async () => {
    void client.invalidateQueries({ queryKey: countKey(collection.name) });
    await list.refetch();
  };

  const replace = async (ids: string[]) => {
    const { data } = await provider.getMany(collection.name, { ids, meta: { fields: fieldsOf(collection, columns) } });
    const found = new Map(data.map((document: RaRecord) => [document.id, document]));
    client.setQueriesData<GetListResult>(
      { queryKey: [collection.name, "getList"], type: "active" },
      (old) => old && { ...old, data: old.data.map((document) => found.get(document.id) ?? document) },
    );
    mark(
      ids.filter((id) => found.has(id)),
      "changed",
    );
    mark(
      ids.filter((id) => !found.has(id)),
      "gone",
    );
  };

  const countFresh = async (ids: ReadonlySet<string>) => {
    setFresh(ids);
    const { q, ...filter } = list.filterValues;
    const isFiltered = q || Object.keys(filter).length > 0;
    const among = { id: { $in: [...ids].slice(0, MOST_IDS) } };
    const where = { ...(q && { q }), $and: [...(Object.keys(filter).length > 0 ? [filter] : []), among] };
    setFreshCount(isFiltered && ids.size > 0 ? await count(collection.name, where) : ids.size);
  };

  const deal = async ({ inserted, updated, removed, all }: News) => {
    if (all) {
      unmark();
      setFresh(new Set());
      setFreshCount(0);
      return read();
    }
    const shown = new Set((list.data ?? []).map((document: RaRecord) => String(document.id)));
    const on = (ids: Set<string>) => [...ids].filter((id) => shown.has(id));
    const isCalm = list.page === 1 && list.selectedIds.length === 0 && Object.keys(list.filterValues).length === 0;
    mark(on(removed), "gone");
    if (isCalm) {
      if (on(removed).length > 0) await new Promise((done) => setTimeout(done, FADE_MS));
      await read();
      mark([...inserted, ...updated], "changed");
      return;
    }
    if (on(updated).length > 0) await replace(on(updated));
    if (inserted.size + removed.size > 0) void client.invalidateQueries({ queryKey: countKey(collection.name) });
    const known = new Set([...fresh, ...inserted].filter((id) => !removed.has(id)));
    if (known.size > 0 || fresh.size > 0) await countFresh(known);
  };

  const latest = useRef(deal);
  useEffect(() => {
    latest.current = deal;
  });
  const collector = useCollector(latest);
  useChannel(collection.live ?? null, (message) => collector.current?.add(message), { onReset: () => void read() });

  // Whatever is shown next was read after all of that.
  const place = JSON.stringify([list.page, list.perPage, list.sort, list.filterValues]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a place is forgotten when it is left
  useEffect(() => {
    unmark();
    setFresh(new Set());
    setFreshCount(0);
  }, [place, unmark]);

  const show = () => {
    unmark();
    setFresh(new Set());
    setFreshCount(0);
    if (list.page > 1) list.setPage(1);
    else void read();
  };
  return { marks, fresh: freshCount, show };
}

function useCollector(deal: { current: (news: News) => Promise<void> }) {
  const collector = useRef<Collector | null>(null);
  useEffect(() => {
    const made = new Collector((news) => deal.current(news), after);
    collector.current = made;
    return () => made.close();
  }, [deal]);
  return collector;
}

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Marks that go by themselves, but for those of what is gone. */
function useMarks(): [Marks, (ids: readonly string[], mark: Mark) => void, () => void] {
  const [marks, setMarks] = useState<Marks>(new Map());
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  useEffect(() => () => timers.current.forEach(clearTimeout), []);
  const mark = useCallback((ids: readonly string[], kind: Mark) => {
    if (ids.length === 0) return;
    setMarks((old) => new Map([...old, ...ids.map((id) => [id, kind] as const)]));
    if (kind === "gone") return;
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      setMarks((old) => new Map([...old].filter(([id, known]) => known === "gone" || !ids.includes(id))));
    }, SHOWN_MS);
    timers.current.add(timer);
  }, []);
  const unmark = useCallback(() => setMarks((old) => (old.size > 0 ? new Map() : old)), []);
  return [marks, mark, unmark];
}
