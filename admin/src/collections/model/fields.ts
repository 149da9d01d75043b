import type { Collection, Field, FieldType } from "../../server/description";

/** A field as lists know it, members of objects included: `path` is dotted, `label` says the whole way. */
export interface Column {
  path: string;
  label: string;
  field: Field;
  /** Whether the server filters and sorts by it for this user. */
  queryable: boolean;
}

/** The fields that every document has, with the keys of their labels. */
export const SYSTEM: readonly { name: string; type: FieldType }[] = [
  { name: "id", type: "string" },
  { name: "createdAt", type: "datetime" },
  { name: "updatedAt", type: "datetime" },
  { name: "createdBy", type: "string" },
  { name: "version", type: "integer" },
];

const WITHOUT_ORDER = new Set<FieldType>(["json", "object", "file", "geo"]);

/** Return all that may be a column of a collection's list, in the order of the YAML, the server's own fields last. */
export function columnsOf(collection: Collection, labelOf: (system: string) => string): Column[] {
  const own = collection.fields.flatMap((field) => expanded(field, "", ""));
  const system = SYSTEM.map(({ name, type }) => {
    const label = labelOf(name);
    return { path: name, label, field: { name, type, label }, queryable: true };
  });
  return [...own, ...system];
}

function expanded(field: Field, above: string, labels: string): Column[] {
  const path = `${above}${field.name}`;
  const label = labels ? `${labels} › ${field.label}` : field.label;
  const members = field.type === "object" ? field.fields : field.type === "array" ? field.items?.fields : null;
  const column = { path, label, field, queryable: mayQuery(field) };
  return [column, ...(members ?? []).flatMap((member) => expanded(member, `${path}.`, label))];
}

function mayQuery(field: Field): boolean {
  const can = field.can as { query?: boolean } | null | undefined;
  return can?.query !== false;
}

/** Tell whether a list can be sorted by a column. */
export function isSortable({ field, queryable }: Column): boolean {
  return queryable && !WITHOUT_ORDER.has(field.type);
}

/** Return the field whose values stand in a field: an array's is that of its elements. */
export function elementOf(field: Field): Field {
  return field.type === "array" && field.items ? elementOf(field.items) : field;
}

/** Tell whether a field holds several values. */
export function isMany(field: Field): boolean {
  return field.type === "array" || field.type === "multiselect";
}

/** Return what stands at a dotted path; of an array of objects, the members of all of them. */
export function valueAt(document: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(memberOf, document);
}

function memberOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => memberOf(item, name)).filter((item) => item !== undefined);
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

export function isNumeric({ type }: Field): boolean {
  return type === "number" || type === "integer";
}
