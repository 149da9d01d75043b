import { describe, expect, it } from "vitest";
import type { Field } from "../../server/description";
import { check } from "./check";

const field = (name: string, type: Field["type"], more: Partial<Field> = {}): Field => ({
  name,
  type,
  label: name,
  ...more,
});

function keys(one: Field, value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(check([one], { [one.name]: value })).map(([pointer, fault]) => [pointer, fault.key]),
  );
}

describe("check", () => {
  it.each<[string, Field, unknown, Record<string, string>]>([
    ["a required text", field("a", "string", { required: true }), "", { "/a": "required" }],
    ["a required slug that is made", field("a", "slug", { required: true, from: "b" }), "", {}],
    ["false where true or false is required", field("a", "boolean", { required: true }), false, {}],
    ["a text that is too long", field("a", "string", { maxLength: 2 }), "abc", { "/a": "maxLength" }],
    ["signs beyond the first plane, counted once", field("a", "string", { maxLength: 2 }), "😀😀", {}],
    ["a text that is too short", field("a", "string", { minLength: 2 }), "a", { "/a": "minLength" }],
    ["a text beside its pattern", field("a", "string", { pattern: "^[A-Z]+$" }), "abc", { "/a": "pattern" }],
    ["a pattern of Python's alone", field("a", "string", { pattern: "(?P<x>a)" }), "b", {}],
    ["an address without a domain", field("a", "email"), "ada@localhost", { "/a": "email" }],
    ["an address", field("a", "email"), "ada@example.org", {}],
    ["a link that would run", field("a", "url"), "javascript:alert(1)", { "/a": "url" }],
    ["a link", field("a", "url"), "https://example.org/a?b", {}],
    ["a slug with capitals", field("a", "slug"), "Abc", { "/a": "slug" }],
    ["a number below", field("a", "number", { min: 1 }), 0.5, { "/a": "minimum" }],
    ["a part of a whole number", field("a", "integer"), 1.5, { "/a": "integer" }],
    ["too many choices", field("a", "multiselect", { max: 1 }), ["x", "y"], { "/a": "maxItems" }],
    ["too few elements", field("a", "array", { required: true, min: 1 }), [], { "/a": "minItems" }],
    ["an optional list that was emptied", field("a", "array", { min: 1 }), [], {}],
  ])("%s", (_name, one, value, expected) => {
    expect(keys(one, value)).toEqual(expected);
  });

  it("finds what is wrong inside of objects and lists, by its pointer", () => {
    const part = field("items", "object", { fields: [field("name", "string", { required: true })] });
    const fields = [field("seo", "object", { required: true, fields: [field("title", "string", { maxLength: 1 })] })];
    expect(Object.keys(check(fields, { seo: { title: "long" } }))).toEqual(["/seo/title"]);
    expect(keys(field("parts", "array", { items: part }), [{ name: "a" }, { name: "" }])).toEqual({
      "/parts/1": "empty",
    });
    expect(keys(field("parts", "array", { items: field("items", "integer") }), [1, null])).toEqual({
      "/parts/1": "empty",
    });
  });

  it("asks nothing of the members of an object that is left out", () => {
    expect(keys(field("seo", "object", { fields: [field("title", "string", { required: true })] }), {})).toEqual({});
  });
});
