import { expect, it } from "vitest";
import { bodyOf, isSame, patchOf } from "./patch";

const stored = { id: "1", version: 3, updatedAt: "…", title: "One", tags: ["a"], seo: { title: "x", words: 2 } };

it.each([
  ["nothing", {}, null],
  ["what is the server's own", { version: 4, updatedAt: "now" }, null],
  ["a field that had no value and has none", { notes: undefined, more: null }, null],
  ["a field", { title: "Two" }, { title: "Two" }],
  ["a list, which is sent whole", { tags: ["a", "b"] }, { tags: ["a", "b"] }],
  ["a part of an object", { seo: { title: "y", words: 2 } }, { seo: { title: "y" } }],
  ["a part of an object that is gone", { seo: { title: "x" } }, { seo: { words: null } }],
  ["a field that is gone", { title: null }, { title: null }],
  ["a field that is new", { notes: "n" }, { notes: "n" }],
])("sends %s", (_what, changed, patch) => {
  expect(patchOf(stored, { ...stored, ...changed })).toEqual(patch);
});

it("says a null within an object with operators, for a merge patch would remove it", () => {
  const patch = patchOf(stored, { ...stored, seo: { title: null }, title: undefined });
  expect(patch).toEqual({ $set: { seo: { title: null } }, $unset: { title: true } });
});

it("leaves out of a new document what has no value, and what is the server's own", () => {
  expect(bodyOf({ id: "1", createdAt: "…", title: "One", notes: null, tags: [] })).toEqual({ title: "One", tags: [] });
});

it("compares by value", () => {
  expect(isSame({ a: [1, { b: null }] }, { a: [1, {}] })).toBe(true);
  expect(isSame({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  expect(isSame(0, null)).toBe(false);
  expect(isSame("", null)).toBe(false);
});
