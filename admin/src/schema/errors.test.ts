import { expect, it } from "vitest";
import { homeless, within } from "./errors";
import { fieldOf } from "./fields";

const field = fieldOf({
  type: "object",
  properties: {
    name: { type: "string" },
    list: { type: "array", items: { type: "object", properties: { a: { type: "string" } } } },
    extra: {},
  },
});

it("an error is at home at its input, and anywhere within JSON", () => {
  const draft = { list: [{ a: "" }] };
  const errors = { "": "is bad", "/name": "is bad", "/list/0/a": "is bad", "/list": "is bad", "/extra/x/y": "is bad" };
  expect(homeless(errors, field, draft)).toEqual([]);
});

it("an error without an input is told with its place", () => {
  expect(homeless({ "/colour": "is not known", "/list/3/a": "is bad" }, field, { list: [{}] })).toEqual([
    "/colour: is not known",
    "/list/3/a: is bad",
  ]);
});

it("errors within JSON say where", () => {
  const errors = { "/extra": "is bad", "/extra/a/0": "must be text", "/extraordinary": "is another" };
  expect(within(errors, "/extra")).toBe("is bad; /a/0: must be text");
  expect(within(errors, "/name")).toBeNull();
});
