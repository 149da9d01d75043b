import type { Field } from "../../server/description";

export interface Group {
  /** Null: the fields that belong to none. */
  name: string | null;
  fields: Field[];
}

/** Return fields by their groups, in the order in which the groups are met; those of none come first. */
export function groupsOf(fields: readonly Field[]): Group[] {
  const groups = new Map<string | null, Field[]>([[null, []]]);
  for (const field of fields) {
    const name = field.group || null;
    groups.set(name, [...(groups.get(name) ?? []), field]);
  }
  return [...groups].map(([name, some]) => ({ name, fields: some })).filter(({ fields: some }) => some.length > 0);
}
