import { useEffect, useRef, useState } from "react";
import { useListContext } from "react-admin";
import type { Collection } from "../../server/description";
import { found } from "../useListing";

/**
 * Keep selected only what the list finds: what another search, filter or view hides is selected no longer.
 *
 * Returns whether that is so already: not while the server is asked, after such a change or where documents were
 * selected before the list was left.
 */
export function useSelection({ name }: Collection): boolean {
  const list = useListContext();
  const { selectedIds, filterValues, isPlaceholderData } = list;
  const shown = JSON.stringify(filterValues);
  const [sureOf, setSureOf] = useState<string | null>(null);
  if (selectedIds.length === 0 && sureOf !== shown) setSureOf(shown);
  const isSure = sureOf === shown;
  const latest = useRef(list);
  useEffect(() => {
    latest.current = list;
  });
  useEffect(() => {
    // The rows of before can be selected until the new ones are there.
    if (isSure || isPlaceholderData) return;
    const abort = new AbortController();
    const ids = latest.current.selectedIds.map(String);
    const look = async () => {
      // What cannot be told is not selected.
      const seen = new Set(await found(name, JSON.parse(shown), ids, abort.signal).catch(() => []));
      if (abort.signal.aborted) return;
      const hidden = new Set(ids.filter((id) => !seen.has(id)));
      latest.current.onSelect(latest.current.selectedIds.filter((id) => !hidden.has(String(id))));
      setSureOf(shown);
    };
    void look();
    return () => abort.abort();
  }, [isSure, isPlaceholderData, shown, name]);
  return isSure;
}
