import { useMemo } from "react";
import { useStore, useTranslate } from "react-admin";
import { type Collection, useDescription } from "../server/description";
import { type Column, columnsOf } from "./model/fields";

export interface Columns {
  /** All that may be shown. */
  all: Column[];
  /** Those that are, in their order. */
  shown: Column[];
  /** What this user has chosen; null where they have not. */
  chosen: string[] | null;
  choose(paths: string[] | null): void;
}

/** Return the columns of a collection's list, as this user has chosen them in this browser. */
export function useColumns(collection: Collection): Columns {
  const translate = useTranslate();
  const key = useStoreKey(collection, "columns");
  const [chosen, choose] = useStore<string[] | null>(key, null);
  const all = useMemo(
    () => columnsOf(collection, (name) => translate(`collections.system.${name}`)),
    [collection, translate],
  );
  const shown = useMemo(() => inOrder(all, chosen ?? collection.listFields), [all, chosen, collection.listFields]);
  return useMemo(() => ({ all, shown, chosen, choose }), [all, shown, chosen, choose]);
}

/** Return what is asked of each document: its name and its columns, and not all of it, for texts may be long. */
export function fieldsOf({ title }: Collection, { shown }: Columns): string[] {
  return [...new Set([title, ...shown.map((column) => column.path)])].sort();
}

/** Return where something about a collection's list is kept: of each user apart, who may share a browser. */
export function useStoreKey(collection: Collection, what: string): string {
  return `${useDescription().user.id}.${collection.name}.${what}`;
}

/** Return the columns of these names; the YAML may have lost one since they were chosen. */
function inOrder(all: Column[], paths: readonly string[]): Column[] {
  const found = paths.flatMap((path) => all.find((column) => column.path === path) ?? []);
  return found.length > 0 ? found : all.slice(0, 1);
}
