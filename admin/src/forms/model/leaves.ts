/** The values that a form, a merge and a save decide on, one by one. */

import type { Field } from "../../server/description";
import { identical, same } from "./same";

/** A field that is decided on as a whole: anything but an object, whose members are. Lists are wholes. */
export interface Leaf {
  readonly field: Field;
  readonly path: readonly string[];
  readonly pointer: string;
  readonly source: string;
  /** The fields around it and itself, as people call them: `SEO › Title`. */
  readonly label: string;
}

/** Return the leaves of fields, in their order. */
export function leavesOf(fields: readonly Field[]): Leaf[] {
  return inside(fields, [], []);
}

function inside(fields: readonly Field[], path: readonly string[], labels: readonly string[]): Leaf[] {
  return fields.flatMap((field) => {
    const here = [...path, field.name];
    const called = [...labels, field.label];
    if (field.type === "object") return inside(field.fields ?? [], here, called);
    return [{ field, path: here, pointer: `/${here.join("/")}`, source: here.join("."), label: called.join(" › ") }];
  });
}

/** Tell whether two values of a leaf say the same: of JSON every null counts, elsewhere an empty value is none. */
export function agree(field: Field, one: unknown, other: unknown): boolean {
  return field.type === "json" ? identical(one, other) : same(one, other);
}
