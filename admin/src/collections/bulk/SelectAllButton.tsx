import Button from "@mui/material/Button";
import { useEffect, useRef, useState } from "react";
import { useListContext, useLocale, useNotify, useTranslate } from "react-admin";
import { api } from "../../server/api";
import type { Collection } from "../../server/description";
import { asked, type ListFilter } from "../../server/question";
import { useProblem } from "../../shell/useProblem";
import { type Answer, pages } from "../model/export";

/** The most documents that are selected at once: their ids are kept in the browser. */
const MOST = 5_000;
const AT_ONCE = 500;

/** Selects all that the list finds, on its other pages too. */
export function SelectAllButton({ collection, total }: { collection: Collection; total: number | undefined }) {
  const translate = useTranslate();
  const locale = useLocale();
  const notify = useNotify();
  const tell = useProblem();
  const { selectedIds, onSelect, filterValues } = useListContext();
  const [isBusy, setBusy] = useState(false);
  const underWay = useRef<AbortController | null>(null);
  const shown = JSON.stringify(filterValues);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what another filter finds is not what was meant
  useEffect(() => () => underWay.current?.abort(), [shown]);
  if (total === undefined || selectedIds.length >= Math.min(total, MOST)) return null;

  const select = async () => {
    const abort = new AbortController();
    underWay.current = abort;
    setBusy(true);
    try {
      const ids = await idsOf(collection.name, filterValues, abort.signal);
      abort.signal.throwIfAborted();
      onSelect(ids);
      if (ids.length < total)
        notify("collections.bulk.most", { type: "info", messageArgs: { smart_count: ids.length } });
    } catch (error) {
      if (!abort.signal.aborted) tell(error);
    }
    setBusy(false);
  };
  return (
    <Button size="small" disabled={isBusy} onClick={() => void select()}>
      {translate("collections.bulk.all", { count: new Intl.NumberFormat(locale).format(total) })}
    </Button>
  );
}

async function idsOf(collection: string, filterValues: ListFilter, signal: AbortSignal): Promise<string[]> {
  const query = { ...asked(filterValues), fields: "id", limit: AT_ONCE };
  const ask = (cursor: string | null) => api.get<Answer>(collection, { query: { ...query, cursor }, signal });
  const wait = (seconds: number) => new Promise<void>((done) => setTimeout(done, seconds * 1000));
  const ids: string[] = [];
  for await (const page of pages({ ask, wait })) {
    ids.push(...page.map((document) => String(document.id)));
    if (ids.length >= MOST) break;
  }
  return ids.slice(0, MOST);
}
