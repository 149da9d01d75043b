import { describe, expect, it } from "vitest";
import { fieldOf } from "./fields";

const kindOf = (schema: unknown) => fieldOf(schema).kind;

describe("what a schema becomes in a form", () => {
  it("is an input for each simple type", () => {
    expect(kindOf({ type: "string" })).toBe("text");
    expect(kindOf({ type: "integer" })).toBe("number");
    expect(kindOf({ type: "number" })).toBe("number");
    expect(kindOf({ type: "boolean" })).toBe("boolean");
  });

  it("says what its title and description say, and falls back to its name", () => {
    expect(fieldOf({ type: "string", title: "Colour", description: "of the door" }, "c", false)).toEqual({
      kind: "text",
      label: "Colour",
      help: "of the door",
      required: false,
      default: undefined,
      format: "plain",
      multiline: false,
      minLength: null,
      maxLength: null,
    });
    expect(fieldOf({ type: "string", title: " " }, "colour").label).toBe("colour");
  });

  it("knows formats, and gives a long text several lines", () => {
    expect(fieldOf({ type: "string", format: "date-time" })).toMatchObject({ format: "date-time" });
    expect(fieldOf({ type: "string", format: "ipv4" })).toMatchObject({ kind: "text", format: "plain" });
    expect(fieldOf({ type: "string", maxLength: 2000 })).toMatchObject({ multiline: true, maxLength: 2000 });
    expect(fieldOf({ type: "string", maxLength: 200 })).toMatchObject({ multiline: false });
  });

  it("knows the bounds of numbers", () => {
    expect(fieldOf({ type: "integer", minimum: 0, maximum: 9 })).toMatchObject({ integer: true, min: 0, max: 9 });
    expect(fieldOf({ type: "number", exclusiveMinimum: 0 })).toMatchObject({ integer: false, min: 0, max: null });
  });

  it("is a choice for enum, for constants with titles, and for an optional constant", () => {
    expect(fieldOf({ enum: ["a", 1, null, ""] })).toMatchObject({
      kind: "choice",
      options: [
        { value: "a", label: "a" },
        { value: 1, label: "1" },
        { value: null, label: "null" },
        { value: "", label: '""' },
      ],
    });
    const titled = { oneOf: [{ const: 1, title: "One" }, { const: 2 }] };
    expect(fieldOf(titled)).toMatchObject({ kind: "choice", options: [{ label: "One" }, { label: "2" }] });
    expect(fieldOf({ const: "x" }, "x", false)).toMatchObject({ kind: "choice", options: [{ value: "x" }] });
    expect(fieldOf({ const: "x" })).toMatchObject({ kind: "constant", value: "x" });
  });

  it("is one field for each property, required as the schema says", () => {
    const field = fieldOf({
      type: "object",
      required: ["a"],
      properties: { a: { type: "string" }, b: { type: "boolean" } },
    });
    expect(field.kind === "object" && field.members.map((m) => [m.name, m.field.kind, m.field.required])).toEqual([
      ["a", "text", true],
      ["b", "boolean", false],
    ]);
  });

  it("is a list for an array whose items have a schema", () => {
    const field = fieldOf({ type: "array", items: { type: "string" }, minItems: 1, maxItems: 3 });
    expect(field).toMatchObject({ kind: "array", min: 1, max: 3, items: { kind: "text", required: true } });
  });

  it.each([
    ["a schema that takes anything", {}],
    ["no schema", null],
    ["true", true],
    ["a union of types", { type: ["string", "null"] }],
    ["an unknown type", { type: "constructor" }],
    ["a reference", { $ref: "#/$defs/x" }],
    ["a combination", { type: "object", properties: { a: {} }, anyOf: [{ required: ["a"] }] }],
    ["alternatives that are no constants", { oneOf: [{ type: "string" }, { const: 1 }] }],
    ["a condition", { type: "object", properties: { a: {} }, if: {}, else: {} }],
    ["an object without properties", { type: "object" }],
    [
      "an object with a schema for the rest",
      { type: "object", properties: { a: {} }, additionalProperties: { type: "string" } },
    ],
    ["an object that requires what it does not describe", { type: "object", properties: { a: {} }, required: ["b"] }],
    ["a tuple", { type: "array", prefixItems: [{}], items: { type: "string" } }],
    ["an array of anything", { type: "array" }],
    ["an empty enum", { enum: [] }],
  ])("is JSON for %s", (_, schema) => {
    expect(kindOf(schema)).toBe("json");
  });

  it("is JSON for the part alone that is beyond a form", () => {
    const field = fieldOf({ type: "object", properties: { a: { type: "string" }, b: { $ref: "#/$defs/x" } } });
    expect(field.kind === "object" && field.members.map((m) => m.field.kind)).toEqual(["text", "json"]);
  });
});
