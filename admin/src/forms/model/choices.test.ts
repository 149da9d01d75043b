import { describe, expect, it } from "vitest";
import type { Field } from "../../server/description";
import { type Choices, choicesOf, valuesOf } from "./choices";
import { leavesOf } from "./leaves";
import { compare } from "./merge";

const text = (name: string): Field => ({ name, type: "string", label: name });
const LEAVES = leavesOf([text("a"), text("b"), text("c"), text("d")]);
const base = { a: "1", b: "1", c: "1", d: "1" };

describe("choices", () => {
  const compared = compare(LEAVES, {
    base,
    theirs: { a: "2", b: "1", c: "2", d: "2" },
    mine: { a: "1", b: "3", c: "3", d: "2" },
  });

  it("are made where only one side has changed something, or both did the same", () => {
    expect([...choicesOf(compared, new Map())].map(([pointer, { side }]) => [pointer, side])).toEqual([
      ["/a", "theirs"],
      ["/b", "mine"],
      ["/d", "mine"],
    ]);
  });

  it("become values, put together by hand too", () => {
    const choices: Choices = new Map([
      ["/a", { side: "base", of: "2" }],
      ["/c", { side: "merged", merged: "23", of: "2" }],
    ]);
    const values = [...valuesOf(compared, choices)].map(([{ pointer }, value]) => [pointer, value]);
    expect(values).toEqual([
      ["/a", "1"],
      ["/c", "23"],
    ]);
  });

  it("stay when somebody was faster once more, but where that changed what they were about", () => {
    const before: Choices = new Map([
      ["/a", { side: "mine", of: "2" }],
      ["/c", { side: "mine", of: "2" }],
    ]);
    const again = compare(LEAVES, { base, theirs: { ...base, a: "2", c: "4" }, mine: { ...base, c: "3" } });
    expect([...choicesOf(again, before)].map(([pointer, { side }]) => [pointer, side])).toEqual([["/a", "mine"]]);
  });
});
