import { useListContext, useStore } from "react-admin";
import type { Collection } from "../../server/description";
import type { Json } from "../model/filter";
import { current, renamed, saved, type View, withDefault, without } from "../model/views";
import { type Columns, useStoreKey } from "../useColumns";

export interface Views {
  all: View[];
  /** The one that is shown, if one is. */
  current: View | null;
  show(view: View): void;
  /** Save what is shown. */
  save(name: string): void;
  rename(from: string, to: string): void;
  remove(name: string): void;
  /** Have the list begin with a view, null for none. */
  begin(name: string | null): void;
}

/** Return the views of a collection that this user has saved in this browser. */
export function useViews(collection: Collection, columns: Columns): Views {
  const { filterValues, sort, setFilters, setSort } = useListContext();
  const [all, setAll] = useStore<View[]>(useStoreKey(collection, "views"), []);
  const filter: Json = filterValues;
  const shown = current(all, filter, sort, columns.chosen);
  return {
    all,
    current: shown,
    show(view) {
      columns.choose(view.columns);
      setSort(view.sort);
      setFilters(view.filter);
    },
    save: (name) =>
      setAll(saved(all, { name, filter, sort, columns: columns.chosen, isDefault: isDefault(all, name) })),
    rename: (from, to) => setAll(renamed(all, from, to)),
    remove: (name) => setAll(without(all, name)),
    begin: (name) => setAll(withDefault(all, name)),
  };
}

function isDefault(views: readonly View[], name: string): boolean {
  return views.some((view) => view.name === name && view.isDefault);
}
