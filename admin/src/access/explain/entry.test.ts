import { expect, test } from "vitest";
import { yamlOf } from "./entry";

test("an entry without conditions is true", () => {
  expect(yamlOf("read", { principal: "role:editor", entry: true })).toBe("role:editor: {read: true}");
});

test("an entry is written as in the YAML", () => {
  const entry = { filter: { createdBy: "$user.id", views: { $gt: 3 } }, deny: ["status"] };
  expect(yamlOf("update", { principal: "role:author", entry })).toBe(
    "role:author: {update: {filter: {createdBy: $user.id, views: {$gt: 3}}, deny: [status]}}",
  );
});

test("text that YAML would take for something else is in quotes", () => {
  const entry = { set: { a: "true", b: "12", c: "x: y", d: "", e: null, f: false, g: "No" } };
  expect(yamlOf("create", { principal: "public", entry })).toBe(
    'public: {create: {set: {a: "true", b: "12", c: "x: y", d: "", e: null, f: false, g: "No"}}}',
  );
});
