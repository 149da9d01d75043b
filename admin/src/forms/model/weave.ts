/** Two people's changes to one text, put together where they do not touch. */

import { diff } from "./diff";

interface Edit {
  /** Where in the text before: what is between goes, `text` comes. */
  from: number;
  to: number;
  text: string;
}

/** Return a text with the changes of both since `base`; null where they touch, and a person has to say. */
export function weave(base: string, theirs: string, mine: string): string | null {
  const all = [
    ...edits(base, theirs).map((edit) => ({ edit, side: "theirs" })),
    ...edits(base, mine).map((edit) => ({ edit, side: "mine" })),
  ].sort((one, other) => one.edit.from - other.edit.from || one.edit.to - other.edit.to);
  let woven = "";
  let reached = 0;
  let last: (typeof all)[number] | null = null;
  for (const next of all) {
    if (last !== null && last.side !== next.side) {
      if (isSame(last.edit, next.edit)) continue;
      if (next.edit.from <= last.edit.to) return null;
    }
    woven += base.slice(reached, next.edit.from) + next.edit.text;
    reached = next.edit.to;
    last = next;
  }
  return woven + base.slice(reached);
}

function isSame(one: Edit, other: Edit): boolean {
  return one.from === other.from && one.to === other.to && one.text === other.text;
}

function edits(before: string, after: string): Edit[] {
  const found: Edit[] = [];
  let at = 0;
  let open: Edit | null = null;
  for (const { kind, text } of diff(before, after)) {
    if (kind === "same") {
      open = null;
      at += text.length;
      continue;
    }
    if (open === null) {
      open = { from: at, to: at, text: "" };
      found.push(open);
    }
    if (kind === "added") open.text += text;
    else {
      at += text.length;
      open.to = at;
    }
  }
  return found;
}
