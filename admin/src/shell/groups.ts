import type { Collection } from "../server/description";

interface MenuGroup {
  /** Null for those that name none. */
  name: string | null;
  collections: Collection[];
}

/** Return the collections by their group, in the order of the YAML; those of no group first. */
export function groupsOf(collections: readonly Collection[]): MenuGroup[] {
  const groups = new Map<string | null, Collection[]>();
  for (const one of collections.filter((each) => !each.virtual)) {
    const name = one.group || null;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups]
    .map(([name, members]) => ({ name, collections: members }))
    .sort((one, other) => Number(one.name !== null) - Number(other.name !== null));
}
