import type { Draft } from "./drafts";
import { step } from "./drafts";
import { type Field, isObject } from "./fields";

/** Return the JSON pointers at which a form shows errors; a JSON text shows those of all that is in it. */
function pointersOf(field: Field, draft: Draft, pointer = ""): { pointer: string; isWhole: boolean }[] {
  const own = { pointer, isWhole: field.kind === "json" };
  if (field.kind === "object") {
    const drafts = isObject(draft) ? (draft as Record<string, Draft>) : {};
    return [own, ...field.members.flatMap((m) => pointersOf(m.field, drafts[m.name], step(pointer, m.name)))];
  }
  if (field.kind === "array") {
    const drafts = Array.isArray(draft) ? draft : [];
    return [own, ...drafts.flatMap((item, index) => pointersOf(field.items, item, step(pointer, index)))];
  }
  return [own];
}

/** Return the errors that no input of a form shows, as lines: `/colour: is not in the schema`. */
export function homeless(errors: Record<string, string>, field: Field, draft: Draft): string[] {
  const shown = pointersOf(field, draft);
  return Object.entries(errors)
    .filter(
      ([at]) => !shown.some(({ pointer, isWhole }) => at === pointer || (isWhole && at.startsWith(`${pointer}/`))),
    )
    .map(([at, message]) => `${at}: ${message}`);
}

/** Return what a JSON text says of errors in it: each with its place, as seen from the text. */
export function within(errors: Record<string, string>, pointer: string): string | null {
  const lines = Object.entries(errors)
    .filter(([at]) => at === pointer || at.startsWith(`${pointer}/`))
    .map(([at, message]) => (at === pointer ? message : `${at.slice(pointer.length)}: ${message}`));
  return lines.length > 0 ? lines.join("; ") : null;
}
