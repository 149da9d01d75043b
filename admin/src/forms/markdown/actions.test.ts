import { describe, expect, it } from "vitest";
import { type Action, act, continued, type Selected } from "./actions";

/** `«` and `»` stand around what is selected, `|` where the caret is. */
function read(marked: string): Selected {
  const caret = marked.indexOf("|");
  if (caret >= 0) return { text: marked.replace("|", ""), start: caret, end: caret };
  const start = marked.indexOf("«");
  const end = marked.indexOf("»") - 1;
  return { text: marked.replace(/[«»]/g, ""), start, end };
}

function written({ text, start, end }: Selected): string {
  if (start === end) return `${text.slice(0, start)}|${text.slice(start)}`;
  return `${text.slice(0, start)}«${text.slice(start, end)}»${text.slice(end)}`;
}

describe("act", () => {
  it.each<[Action, string, string]>([
    ["bold", "a «word» b", "a **«word»** b"],
    ["bold", "a **«word»** b", "a «word» b"],
    ["bold", "a «**word**» b", "a «word» b"],
    ["bold", "a« word »b", "a **«word»** b"],
    ["bold", "|", "**|**"],
    ["italic", "«a»", "_«a»_"],
    ["code", "«a»", "`«a»`"],
    ["code", "x\n«a\nb»\ny", "x\n```\n«a\nb»\n```\ny"],
    ["link", "a «word»", "a [word](«https://»)"],
    ["link", "«https://example.org»", "[|](https://example.org)"],
    ["link", "|", "[|](https://)"],
    ["heading", "one\ntw|o", "one\n## tw|o"],
    ["heading", "## o|ne", "### o|ne"],
    ["heading", "### o|ne", "o|ne"],
    ["bullets", "«one\ntwo»", "«- one\n- two»"],
    ["bullets", "«- one\n- two»", "«one\ntwo»"],
    ["bullets", "«1. one\n2. two»", "«- one\n- two»"],
    ["numbers", "«one\ntwo»", "«1. one\n2. two»"],
    ["quote", "on|e", "> on|e"],
  ])("%s: %j becomes %j", (action, before, after) => {
    expect(written(act(action, read(before)))).toBe(after);
  });
});

describe("continued", () => {
  it.each<[string, string | null]>([
    ["- one|", "- one\n- |"],
    ["9. one|", "9. one\n10. |"],
    ["  * one| two", "  * one\n  * | two"],
    ["> said|", "> said\n> |"],
    ["- one\n- |", "- one\n|"],
    ["plain|", null],
    ["«- one»", null],
  ])("%j becomes %j", (before, after) => {
    const next = continued(read(before));
    expect(next === null ? null : written(next)).toBe(after);
  });
});
