import { expect, it } from "vitest";
import { filled, parametersOf } from "./template";

it("knows a template's parameters", () => {
  expect(parametersOf("_editing:{collection}:{id}")).toEqual(["collection", "id"]);
});

it("makes a channel's name of their values", () => {
  expect(filled("user:{userId}", { userId: " 42 " })).toBe("user:42");
  expect(filled("a:{b}:{c}", { b: "1", c: "x.y" })).toBe("a:1:x.y");
});

it("makes none where a value is missing or cannot be in a name", () => {
  expect(filled("user:{userId}", {})).toBeNull();
  expect(filled("user:{userId}", { userId: "a b" })).toBeNull();
  expect(filled("user:{userId}", { userId: "a/b" })).toBeNull();
});
