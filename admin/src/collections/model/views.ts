import type { SortPayload } from "react-admin";
import type { Json } from "./filter";

/** A list as somebody wants to see it again. `columns` null: the collection's own. */
export interface View {
  name: string;
  filter: Json;
  sort: SortPayload;
  columns: string[] | null;
  isDefault: boolean;
}

export const LONGEST_NAME = 60;

/** Return the views with one more, in the order of their names; one of the same name is replaced. */
export function saved(views: readonly View[], view: View): View[] {
  const others = views.filter((one) => one.name !== view.name);
  const rest = view.isDefault ? others.map((one) => ({ ...one, isDefault: false })) : others;
  return sorted([...rest, view]);
}

export function renamed(views: readonly View[], from: string, to: string): View[] {
  const others = views.filter((one) => one.name === from || one.name !== to);
  return sorted(others.map((one) => (one.name === from ? { ...one, name: to } : one)));
}

export function without(views: readonly View[], name: string): View[] {
  return views.filter((one) => one.name !== name);
}

/** Return the views with this one, null for none, as that which a list begins with. */
export function withDefault(views: readonly View[], name: string | null): View[] {
  return views.map((one) => ({ ...one, isDefault: one.name === name }));
}

/** Return the view that shows what is shown, if one does. */
export function current(
  views: readonly View[],
  filter: Json,
  sort: SortPayload,
  columns: string[] | null,
): View | null {
  const shown = key(filter, sort, columns);
  return views.find((one) => key(one.filter, one.sort, one.columns) === shown) ?? null;
}

function key(filter: Json, sort: SortPayload, columns: string[] | null): string {
  const entries = Object.entries(filter).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([entries, sort.field, sort.order, columns]);
}

function sorted(views: View[]): View[] {
  return views.toSorted((one, other) => one.name.localeCompare(other.name));
}
