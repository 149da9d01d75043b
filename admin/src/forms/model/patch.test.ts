import { describe, expect, it } from "vitest";
import type { Field } from "../../server/description";
import { leavesOf } from "./leaves";
import { changeOf, newDocument } from "./patch";

const field = (name: string, type: Field["type"], more: Partial<Field> = {}): Field => ({
  name,
  type,
  label: name,
  ...more,
});
const FIELDS: Field[] = [
  field("title", "string", { required: true }),
  field("tags", "array", { items: field("items", "string") }),
  field("seo", "object", { fields: [field("title", "string"), field("image", "string")] }),
  field("data", "json"),
  field("parts", "array", {
    items: field("items", "object", { fields: [field("name", "string"), field("note", "text")] }),
  }),
];
const change = (stored: Record<string, unknown>, mine: Record<string, unknown>) =>
  changeOf(FIELDS, leavesOf(FIELDS), stored, mine);

describe("changeOf", () => {
  it("sends only what has changed", () => {
    expect(change({ title: "A", tags: ["a"] }, { title: "B", tags: ["a"] })).toEqual({ title: "B" });
  });

  it("removes with null what was emptied, and sends lists whole", () => {
    expect(change({ title: "A", tags: ["a", "b"] }, { title: "", tags: ["b"] })).toEqual({ title: null, tags: ["b"] });
    expect(change({ tags: ["a"] }, { tags: [] })).toEqual({ tags: [] });
  });

  it("sends members of objects alone, and removes an object of which nothing is left", () => {
    expect(change({ seo: { title: "A", image: "i" } }, { seo: { title: "B", image: "i" } })).toEqual({
      seo: { title: "B" },
    });
    expect(change({ seo: { title: "A", image: "i" } }, { seo: { title: null, image: "i" } })).toEqual({
      seo: { title: null },
    });
    expect(change({ seo: { title: "A" } }, { seo: { title: "" } })).toEqual({ seo: null });
  });

  it("removes keys of JSON that are gone", () => {
    expect(change({ data: { a: 1, b: { c: 1 } } }, { data: { b: { d: 2 } } })).toEqual({
      data: { a: null, b: { c: null, d: 2 } },
    });
  });

  it("uses operators where JSON holds a null, which a merge patch would remove", () => {
    expect(change({ title: "A", data: {}, seo: { image: "i" } }, { title: "B", data: { a: null }, seo: {} })).toEqual({
      $set: { title: "B", data: { a: null } },
      $unset: { "seo.image": true },
    });
  });

  it("leaves out of the objects of a list what says nothing", () => {
    expect(change({}, { parts: [{ name: "A", note: "" }, { name: null }] })).toEqual({ parts: [{ name: "A" }, {}] });
  });

  it("says nothing where nothing has changed", () => {
    expect(change({ title: "A", seo: null }, { title: "A", tags: [], seo: { title: null } })).toBeNull();
  });
});

describe("newDocument", () => {
  it("leaves out what is empty", () => {
    expect(newDocument(FIELDS, { title: "A", tags: [], seo: { title: "" }, data: null })).toEqual({ title: "A" });
  });

  it("sends objects and lists that have to be there, and null where a default was emptied", () => {
    const fields = [
      field("list", "array", { required: true }),
      field("inner", "object", { required: true, fields: [field("a", "string")] }),
      field("status", "select", { default: "draft" }),
    ];
    expect(newDocument(fields, { list: [], inner: {}, status: null })).toEqual({ list: [], inner: {}, status: null });
  });

  it("keeps false and zero", () => {
    expect(newDocument([field("on", "boolean"), field("count", "integer")], { on: false, count: 0 })).toEqual({
      on: false,
      count: 0,
    });
  });
});
