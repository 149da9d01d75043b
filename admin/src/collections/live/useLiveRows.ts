import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type GetListResult, type RaRecord, useDataProvider, useListContext } from "react-admin";
import type { Collection } from "../../server/description";
import { useChannel } from "../../server/live";
import { matters } from "../model/matters";
import { Collector, MOST_IDS, type News } from "../model/news";
import { type Columns, fieldsOf } from "../useColumns";
import { countKey, found } from "../useListing";
import { Marker } from "./marker";
import type { Marks } from "./marks";

const FADE_MS = 300;

interface LiveRows {
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
 * New is also what fits the filter since somebody has edited it.
 */
export function useLiveRows(collection: Collection, columns: Columns): LiveRows {
  const list = useListContext();
  const client = useQueryClient();
  const provider = useDataProvider();
  const [marks, mark, unmark] = useMarks();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [freshCount, setFreshCount] = useState(0);
  const forget = useCallback(() => {
    unmark();
    setFresh(new Set());
    setFreshCount(0);
  }, [unmark]);

  const place = JSON.stringify([list.page, list.perPage, list.sort, list.filterValues]);
  const placeNow = useRef(place);

  const read = async () => {
    void client.invalidateQueries({ queryKey: countKey(collection.name) });
    await list.refetch();
  };

  /** The same where what is on its way for the first time may have been read too early. */
  const readAnew = async () => {
    if (list.isPending) await list.refetch();
    await client.cancelQueries({ queryKey: countKey(collection.name) });
    await read();
  };

  const replace = async (ids: string[]) => {
    const { data } = await provider.getMany(collection.name, { ids, meta: { fields: fieldsOf(collection, columns) } });
    const documents = new Map(data.map((document: RaRecord) => [document.id, document]));
    client.setQueriesData<GetListResult>(
      { queryKey: [collection.name, "getList"], type: "active" },
      (old) => old && { ...old, data: old.data.map((document) => documents.get(document.id) ?? document) },
    );
    mark(
      ids.filter((id) => documents.has(id)),
      "changed",
    );
    mark(
      ids.filter((id) => !documents.has(id)),
      "gone",
    );
  };

  const countFresh = async (ids: ReadonlySet<string>) => {
    if (placeNow.current !== place) return;
    setFresh(ids);
    const isFiltered = Object.keys(list.filterValues).length > 0;
    const some = [...ids].slice(0, MOST_IDS);
    const count = isFiltered ? (await found(collection.name, list.filterValues, some)).length : ids.size;
    if (placeNow.current === place) setFreshCount(count);
  };

  const deal = async ({ inserted, updated, removed, all }: News) => {
    if (all) {
      forget();
      return read();
    }
    const shown = new Set((list.data ?? []).map((document: RaRecord) => String(document.id)));
    const on = (ids: Iterable<string>) => [...ids].filter((id) => shown.has(id));
    const isCalm = list.page === 1 && list.selectedIds.length === 0 && Object.keys(list.filterValues).length === 0;
    mark(on(removed), "gone");
    if (isCalm) {
      if (on(removed).length > 0) await new Promise((done) => setTimeout(done, FADE_MS));
      await read();
      mark([...inserted, ...updated.keys()], "changed");
      return;
    }
    if (on(updated.keys()).length > 0) await replace(on(updated.keys()));
    const decided = [...updated].flatMap(([id, fields]) => (matters(list.filterValues, fields) ? [id] : []));
    if (inserted.size + removed.size + decided.length > 0) {
      void client.invalidateQueries({ queryKey: countKey(collection.name) });
    }
    const known = [...fresh, ...inserted, ...decided].filter((id) => !removed.has(id) && !shown.has(id));
    if (known.length > 0 || fresh.size > 0) await countFresh(new Set(known));
  };

  const latest = useRef(deal);
  useEffect(() => {
    latest.current = deal;
    placeNow.current = place;
  });
  const collector = useCollector(latest);
  useChannel(collection.live ?? null, (message) => collector.current?.add(message), { onReset: () => void readAnew() });

  // Whatever is shown next was read after all of that.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a place is forgotten when it is left
  useEffect(forget, [place, forget]);

  const show = () => {
    forget();
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

function useMarks(): [Marks, Marker["mark"], () => void] {
  const [marks, setMarks] = useState<Marks>(new Map());
  const marker = useRef<Marker | null>(null);
  useEffect(() => {
    const made = new Marker(setMarks, after);
    marker.current = made;
    return () => made.close();
  }, []);
  const mark = useCallback<Marker["mark"]>((ids, kind) => marker.current?.mark(ids, kind), []);
  const unmark = useCallback(() => marker.current?.clear(), []);
  return [marks, mark, unmark];
}
