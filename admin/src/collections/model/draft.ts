import type { Column } from "./fields";
import { type Condition, type Conditions, type Group, isGroup, type Join } from "./filter";
import { operatorsOf } from "./operators";

/** Where a condition stands: its place, and within a group its place there. */
export type Place = readonly [number] | readonly [number, number];

/** Return a condition to begin with, on a field. */
export function conditionOn({ path, field }: Column): Condition {
  const [operator = "filled"] = operatorsOf(field);
  return { path, operator };
}

export function added(draft: Conditions, part: Condition | Group): Conditions {
  return { ...draft, parts: [...draft.parts, part] };
}

export function addedTo(draft: Conditions, index: number, condition: Condition): Conditions {
  return inGroup(draft, index, (group) => ({ ...group, parts: [...group.parts, condition] }));
}

export function changed(draft: Conditions, place: Place, condition: Condition): Conditions {
  const [index, inner] = place;
  if (inner === undefined) return { ...draft, parts: draft.parts.with(index, condition) };
  return inGroup(draft, index, (group) => ({ ...group, parts: group.parts.with(inner, condition) }));
}

/** Return what is left; a group that was emptied goes too. */
export function removed(draft: Conditions, place: Place): Conditions {
  const [index, inner] = place;
  const part = draft.parts[index];
  if (inner !== undefined && part && isGroup(part) && part.parts.length > 1) {
    return inGroup(draft, index, (group) => ({ ...group, parts: group.parts.toSpliced(inner, 1) }));
  }
  return { ...draft, parts: draft.parts.toSpliced(index, 1) };
}

/** Return the same with another way of joining: of all, or of the group at a place. */
export function joined(draft: Conditions, join: Join, index?: number): Conditions {
  return index === undefined ? { ...draft, join } : inGroup(draft, index, (group) => ({ ...group, join }));
}

function inGroup(draft: Conditions, index: number, change: (group: Group) => Group): Conditions {
  return { ...draft, parts: draft.parts.map((part, n) => (n === index && isGroup(part) ? change(part) : part)) };
}
