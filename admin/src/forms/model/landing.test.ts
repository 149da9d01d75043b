import { describe, expect, it } from "vitest";
import type { Field } from "../../server/description";
import { land, nearest } from "./landing";
import { faultTold } from "./told";

const field = (name: string, type: Field["type"], more: Partial<Field> = {}): Field => ({
  name,
  type,
  label: name,
  ...more,
});
const FIELDS = [
  field("title", "string"),
  field("tags", "array", { items: field("items", "string") }),
  field("parts", "array", { items: field("items", "object", { fields: [field("name", "string")] }) }),
  field("seo", "object", { fields: [field("title", "string")] }),
  field("data", "json"),
  field("place", "geo"),
];

describe("land", () => {
  it("takes errors to their inputs, however deep", () => {
    const errors = { "/title": "a", "/tags/2": "b", "/parts/0/name": "c", "/seo/title": "d" };
    expect(land(errors, FIELDS)).toEqual({ faults: errors, others: [] });
  });

  it("says at one input what is wrong inside of its value", () => {
    const errors = { "/data/a/0": "is wrong", "/data/b": "too", "/place/coordinates/1": "must be at most 90" };
    expect(land(errors, FIELDS).faults).toEqual({
      "/data": "a/0: is wrong; b: too",
      "/place": "coordinates/1: must be at most 90",
    });
  });

  it("keeps what belongs to no input", () => {
    const errors = { "": "all wrong", "/unknown": "is no field of this collection", "/seo/other": "is no field" };
    expect(land(errors, FIELDS)).toEqual({
      faults: { "/seo": "other: is no field" },
      others: [
        { pointer: "", message: "all wrong" },
        { pointer: "/unknown", message: "is no field of this collection" },
      ],
    });
  });
});

describe("nearest", () => {
  it("goes outwards", () => {
    expect(nearest("/parts/0/name")).toEqual(["/parts/0/name", "/parts/0", "/parts"]);
  });
});

describe("faultTold", () => {
  const sentences = {
    required: "Is required.",
    maxLength: "Must have at most %{limit} characters.",
    integer: "Must be a whole number.",
  };

  it("knows the server's sentences again", () => {
    expect(faultTold("is required", sentences)).toEqual({ key: "required" });
    expect(faultTold("must be a whole number", sentences)).toEqual({ key: "integer" });
    expect(faultTold("must have at most 200 characters", sentences)).toEqual({
      key: "maxLength",
      args: { limit: "200" },
    });
  });

  it("leaves others as they are", () => {
    expect(faultTold("titles are not shouted", sentences)).toBeNull();
    expect(
      faultTold("must have at most  characters", { maxLength: "must have at most %{limit} characters or so" }),
    ).toBeNull();
  });
});
