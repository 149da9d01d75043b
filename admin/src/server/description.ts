import { queryOptions } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { useResourceContext } from "react-admin";
import { api } from "./api";
import { Problem } from "./problem";

/** What `GET /api/{ns}/_admin` says of the project, as far as this user may know it. */
export interface Description {
  namespace: string;
  label: string;
  version: string;
  /** Counts the reloads of the project. */
  edition: number;
  user: User;
  isAdmin: boolean;
  /** All roles there are; for admins only. */
  roles: string[];
  limits: { bodyBytes: number; fileBytes: number; list: number; passwordLength: { min: number; max: number } };
  collections: Collection[];
}

export interface User {
  id: string;
  email: string;
  name: string;
  roles: string[];
  hasPassword: boolean;
}

export interface Collection {
  name: string;
  label: string;
  singular: string;
  description?: string | null;
  icon?: string | null;
  group?: string | null;
  /** The field that names a document. */
  title: string;
  listFields: string[];
  sort: string;
  searchable: boolean;
  virtual: boolean;
  /** The channel of its changes as this user sees them. */
  live?: string | null;
  /** False: never; true: for some documents at least. */
  can: { read: boolean; create: boolean; update: boolean; delete: boolean };
  fields: Field[];
}

export type FieldType =
  | "string"
  | "text"
  | "markdown"
  | "richtext"
  | "slug"
  | "email"
  | "url"
  | "number"
  | "integer"
  | "boolean"
  | "date"
  | "datetime"
  | "select"
  | "multiselect"
  | "object"
  | "array"
  | "reference"
  | "json"
  | "file"
  | "geo";

export interface Option {
  value: string;
  label: string;
}

export interface Field {
  name: string;
  type: FieldType;
  label: string;
  help?: string | null;
  placeholder?: string | null;
  group?: string | null;
  widget?: string | null;
  width?: "full" | "half" | null;
  required?: boolean | null;
  default?: unknown;
  unique?: boolean | null;
  index?: boolean | null;
  min?: number | string | null;
  max?: number | string | null;
  minLength?: number | null;
  maxLength?: number | null;
  pattern?: string | null;
  options?: Option[] | null;
  /** Of a slug: the field that it is made from. */
  from?: string | null;
  readonly?: boolean | null;
  /** Of a reference: the collection that it leads to. */
  collection?: string | null;
  items?: Field | null;
  fields?: Field[] | null;
  accept?: string[] | null;
  maxBytes?: number | null;
  can?: { create: boolean; update: boolean } | null;
}

/** How the description is asked for. */
export const DESCRIPTION = queryOptions({
  queryKey: ["_admin"],
  queryFn: ({ signal }) => api.get<Description>("_admin", { signal }),
  staleTime: 60_000,
});

export const DescriptionContext = createContext<Description | null>(null);

/** Return the description of the project; there is one wherever somebody is signed in. */
export function useDescription(): Description {
  const description = useContext(DescriptionContext);
  if (description === null) throw new Error("useDescription is for what is shown to those who are signed in");
  return description;
}

/**
 * Return a collection of the project, without a name the one whose list or form this is shown in.
 *
 * Throws a Problem where there is none that this user may see.
 */
export function useCollection(name?: string): Collection {
  const here = useResourceContext();
  const wanted = name ?? here;
  const collection = useDescription().collections.find((one) => one.name === wanted);
  if (collection) return collection;
  throw new Problem({ status: 404, code: "unknown_collection", detail: `there is no collection ${wanted} for you` });
}
