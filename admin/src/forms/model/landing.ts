/** Where the server's errors belong in a form. */

import type { Field } from "../../server/description";

export interface Landed {
  /** By the pointer of an input. */
  readonly faults: Readonly<Record<string, string>>;
  /** What belongs to no input, with the pointer that it came with. */
  readonly others: readonly { pointer: string; message: string }[];
}

/** Return errors by the inputs that stand for them: what is wrong inside of a value that is one input is said there. */
export function land(errors: Readonly<Record<string, string>>, fields: readonly Field[]): Landed {
  const faults: Record<string, string> = {};
  const others: { pointer: string; message: string }[] = [];
  for (const [pointer, message] of Object.entries(errors)) {
    const parts = pointer.split("/").slice(1);
    const depth = depthOf(parts, fields);
    if (depth === 0) {
      others.push({ pointer, message });
      continue;
    }
    const place = `/${parts.slice(0, depth).join("/")}`;
    const inside = parts.slice(depth).join("/");
    const said = inside === "" ? message : `${inside}: ${message}`;
    faults[place] = place in faults ? `${faults[place]}; ${said}` : said;
  }
  return { faults, others };
}

/** Return how many parts of a pointer lead to an input, 0 where none does. */
function depthOf(parts: readonly string[], fields: readonly Field[]): number {
  const field = fields.find(({ name }) => name === parts[0]);
  return field ? 1 + inside(parts.slice(1), field) : 0;
}

function inside(parts: readonly string[], field: Field): number {
  const [first, ...rest] = parts;
  if (first === undefined) return 0;
  if (field.type === "object") return depthOf(parts, field.fields ?? []);
  if (field.type === "array" && field.items && /^\d+$/.test(first)) return 1 + inside(rest, field.items);
  return 0;
}

/** Return the pointers of a form's inputs that stand nearest to a pointer, the nearest first. */
export function nearest(pointer: string): string[] {
  const parts = pointer.split("/").slice(1);
  return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join("/")}`);
}
