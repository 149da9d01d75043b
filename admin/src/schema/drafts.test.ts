import { describe, expect, it } from "vitest";
import { draftOf, holds, initialDraft, readDraft, step } from "./drafts";
import { fieldOf } from "./fields";

const person = fieldOf({
  type: "object",
  required: ["name", "age"],
  properties: {
    name: { type: "string" },
    age: { type: "integer" },
    mail: { type: "string", format: "email" },
    tags: { type: "array", items: { type: "string" } },
    address: { type: "object", required: ["city"], properties: { city: { type: "string" }, zip: { type: "integer" } } },
    level: { enum: ["low", "high"] },
    extra: {},
    active: { type: "boolean", default: true },
    kind: { const: "person" },
  },
});

describe("what a form shows", () => {
  it("is empty at first, but for defaults and what can be nothing else", () => {
    expect(initialDraft(person)).toEqual({
      name: "",
      age: "",
      mail: "",
      tags: [],
      address: { city: "", zip: "" },
      level: "",
      extra: "",
      active: true,
      kind: "",
    });
    expect(initialDraft(fieldOf({ type: "boolean" }))).toBe(false);
    expect(initialDraft(fieldOf({ type: "array", items: { type: "string" }, minItems: 2 }))).toEqual(["", ""]);
    expect(initialDraft(fieldOf({ type: "integer", default: 5 }))).toBe("5");
    expect(initialDraft(fieldOf({ enum: ["a", "b"], default: "b" }))).toBe("1");
  });

  it("is a value's text, and comes back as the same value", () => {
    const value = {
      name: "Ada",
      age: 36,
      tags: ["x"],
      address: { city: "London" },
      level: "high",
      extra: { a: [1, null] },
      active: false,
    };
    expect(draftOf(person, value)).toMatchObject({
      age: "36",
      level: "1",
      extra: '{\n  "a": [\n    1,\n    null\n  ]\n}',
    });
    expect(readDraft(person, draftOf(person, value))).toEqual({ value, faults: {} });
    expect(holds(person, value)).toBe(true);
  });

  it("does not hold what it has no input for, or would send as something else", () => {
    expect(holds(person, { name: "Ada", age: 36, colour: "red" })).toBe(false);
    expect(holds(person, { name: "Ada", age: 36, level: "medium" })).toBe(false);
    expect(holds(person, { name: 5, age: 36 })).toBe(false);
    expect(holds(person, [])).toBe(false);
  });
});

describe("what is read from a form", () => {
  it("leaves out what is optional and empty", () => {
    const draft = { ...(initialDraft(person) as object), name: "Ada", age: "36" };
    expect(readDraft(person, draft)).toEqual({ value: { name: "Ada", age: 36, active: true }, faults: {} });
  });

  it("names what is missing and what is no number or JSON, at its place", () => {
    const { faults } = readDraft(person, { age: "many", extra: "{", address: { zip: "1" } });
    expect(faults).toEqual({ "/age": "schema.noNumber", "/extra": "schema.noJson" });
    expect(readDraft(person, {}).faults).toEqual({ "/age": "schema.required" });
    const list = fieldOf({ type: "array", items: { type: "integer" } });
    expect(readDraft(list, ["1", "1.5", ""]).faults).toEqual({ "/1": "schema.noInteger", "/2": "schema.required" });
  });

  it("sends a required text even if it is empty: whether that is enough the server knows", () => {
    expect(readDraft(person, { age: "1" }).value).toEqual({ name: "", age: 1 });
  });

  it("reads numbers as people write them", () => {
    const number = fieldOf({ type: "number" });
    expect(readDraft(number, " 1,5 ").value).toBe(1.5);
    expect(readDraft(number, "-2e3").value).toBe(-2000);
  });

  it("sends an optional object only if something was written into it", () => {
    expect(readDraft(person, { name: "", age: "1", address: { city: "", zip: "5" } }).value).toEqual({
      name: "",
      age: 1,
      address: { city: "", zip: 5 },
    });
    expect(readDraft(person, { name: "", age: "1", address: { city: "", zip: "" } }).value).toEqual({
      name: "",
      age: 1,
    });
  });

  it("sends constants that are required, and offers those that are not", () => {
    const field = fieldOf({ type: "object", required: ["a"], properties: { a: { const: 1 }, b: { const: 2 } } });
    expect(readDraft(field, initialDraft(field)).value).toEqual({ a: 1 });
    expect(readDraft(field, { b: "0" }).value).toEqual({ a: 1, b: 2 });
  });

  it("sends a date and time as UTC", () => {
    const field = fieldOf({ type: "string", format: "date-time" });
    const { value } = readDraft(field, draftOf(field, "2026-01-15T10:30:00.000Z"));
    expect(value).toBe("2026-01-15T10:30:00.000Z");
  });
});

it("escapes names in pointers", () => {
  expect(step("/a", "b/c~d")).toBe("/a/b~1c~0d");
  expect(step("", 0)).toBe("/0");
});
