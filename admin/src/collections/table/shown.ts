import { createContext } from "react";
import type { Collection } from "../../server/description";
import type { Column } from "../model/fields";

/** What the rows of a table show. */
export interface Shown {
  collection: Collection;
  columns: readonly Column[];
}

const NOTHING: Collection = {
  name: "",
  label: "",
  singular: "",
  title: "id",
  listFields: [],
  sort: "id",
  searchable: false,
  virtual: false,
  can: { read: false, create: false, update: false, delete: false },
  fields: [],
};

export const ShownContext = createContext<Shown>({ collection: NOTHING, columns: [] });
