import { expect, it } from "vitest";
import { matters } from "./matters";

const drafts = { status: "draft" };

it.each([
  ["nothing", {}, ["status"], false],
  ["a field that has changed", drafts, ["title", "status"], true],
  ["another field", drafts, ["title"], false],
  ["words", { q: "rust" }, ["title"], true],
  ["words beside a field", { q: "rust", ...drafts }, ["title"], true],
  ["no words", { q: "", ...drafts }, ["title"], false],
  ["a member of an object", { "seo.title": "x" }, ["seo"], true],
  ["a field within a group", { $and: [{ $or: [drafts, { slug: "x" }] }] }, ["status"], true],
  ["other fields within a group", { $and: [{ $or: [drafts, { slug: "x" }] }] }, ["title"], false],
  ["when it was written last", { updatedAt: { $gte: "2026" } }, ["title"], true],
  ["when it was made", { createdAt: { $gte: "2026" } }, ["title"], false],
  ["what is not known here", { $expr: {} }, ["title"], true],
])("a list that asks for %s", (_what, filter, fields, expected) => {
  expect(matters(filter, fields)).toBe(expected);
});
