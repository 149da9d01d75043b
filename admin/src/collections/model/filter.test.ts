import { describe, expect, it } from "vitest";
import type { Field, FieldType } from "../../server/description";
import { type Condition, type Conditions, fromQuery, isComplete, type Json, toQuery } from "./filter";

function field(name: string, type: FieldType, more: Partial<Field> = {}): Field {
  return { name, type, label: name, ...more };
}

const FIELDS: Record<string, Field> = {
  title: field("title", "string"),
  status: field("status", "select", { options: [{ value: "draft", label: "Draft" }] }),
  tags: field("tags", "array", { items: field("", "string") }),
  author: field("author", "reference", { collection: "authors" }),
  rank: field("rank", "integer"),
  pinned: field("pinned", "boolean"),
  day: field("day", "date"),
  at: field("at", "datetime"),
  picture: field("picture", "file"),
};
const at = (path: string) => FIELDS[path];

const SAME: [Condition, Json][] = [
  [{ path: "title", operator: "contains", value: "a.b (c)" }, { title: { $regex: "a\\.b \\(c\\)", $options: "i" } }],
  [{ path: "title", operator: "begins", value: "^x" }, { title: { $regex: "^\\^x", $options: "i" } }],
  [{ path: "title", operator: "lacks", value: "x" }, { title: { $not: { $regex: "x", $options: "i" } } }],
  [{ path: "title", operator: "eq", value: "x" }, { title: { $eq: "x" } }],
  [{ path: "title", operator: "ne", value: "x" }, { title: { $ne: "x" } }],
  [{ path: "title", operator: "empty" }, { title: { $in: [null, ""] } }],
  [{ path: "title", operator: "filled" }, { title: { $nin: [null, ""] } }],
  [{ path: "rank", operator: "gt", value: 3 }, { rank: { $gt: 3 } }],
  [{ path: "rank", operator: "lte", value: 3 }, { rank: { $lte: 3 } }],
  [{ path: "rank", operator: "between", value: [0, 5] }, { rank: { $gte: 0, $lte: 5 } }],
  [{ path: "rank", operator: "empty" }, { rank: { $in: [null] } }],
  [{ path: "pinned", operator: "eq", value: false }, { pinned: { $eq: false } }],
  [{ path: "status", operator: "any", value: ["draft"] }, { status: { $in: ["draft"] } }],
  [{ path: "status", operator: "none", value: ["draft"] }, { status: { $nin: ["draft"] } }],
  [{ path: "tags", operator: "all", value: ["a", "b"] }, { tags: { $all: ["a", "b"] } }],
  [{ path: "tags", operator: "empty" }, { tags: { $in: [null, []] } }],
  [{ path: "author", operator: "any", value: ["1"] }, { author: { $in: ["1"] } }],
  [
    { path: "day", operator: "between", value: ["2026-01-01", "2026-02-01"] },
    { day: { $gte: "2026-01-01", $lte: "2026-02-01" } },
  ],
  [{ path: "picture", operator: "filled" }, { picture: { $nin: [null] } }],
];

describe("a condition", () => {
  it.each(SAME)("%j is asked in the query language, and read again as it was", (condition, query) => {
    const asked = toQuery({ join: "all", parts: [condition] }, at);
    expect(asked).toEqual({ $and: [query] });
    expect(fromQuery(asked, at)).toEqual({ join: "all", parts: [condition] });
  });

  it("on a day of an instant spans that day here, and is read again", () => {
    const asked = toQuery({ join: "all", parts: [{ path: "at", operator: "on", value: "2026-03-29" }] }, at);
    const start = new Date(2026, 2, 29).toISOString();
    const end = new Date(2026, 2, 30).toISOString();
    expect(asked).toEqual({ $and: [{ at: { $gte: start, $lt: end } }] });
    expect(fromQuery(asked, at)).toEqual({ join: "all", parts: [{ path: "at", operator: "on", value: "2026-03-29" }] });
  });

  it.each<[Condition, boolean]>([
    [{ path: "title", operator: "eq", value: "" }, false],
    [{ path: "title", operator: "eq" }, false],
    [{ path: "pinned", operator: "eq", value: false }, true],
    [{ path: "rank", operator: "eq", value: 0 }, true],
    [{ path: "rank", operator: "between", value: [1, ""] }, false],
    [{ path: "tags", operator: "any", value: [] }, false],
    [{ path: "title", operator: "empty" }, true],
  ])("%j is complete: %s", (condition, complete) => {
    expect(isComplete(condition)).toBe(complete);
  });
});

describe("conditions", () => {
  const draft: Condition = { path: "status", operator: "any", value: ["draft"] };
  const rank: Condition = { path: "rank", operator: "gt", value: 3 };
  const grouped: Conditions = {
    join: "all",
    parts: [draft, { join: "any", parts: [rank, { path: "title", operator: "empty" }] }],
  };

  it("in a group come back as the group", () => {
    const asked = toQuery(grouped, at);
    expect(asked).toEqual({
      $and: [{ status: { $in: ["draft"] } }, { $or: [{ rank: { $gt: 3 } }, { title: { $in: [null, ""] } }] }],
    });
    expect(fromQuery(asked, at)).toEqual(grouped);
  });

  it("of which one holds are joined by or", () => {
    expect(toQuery({ join: "any", parts: [draft, rank] }, at)).toEqual({
      $or: [{ status: { $in: ["draft"] } }, { rank: { $gt: 3 } }],
    });
  });

  it("that are not complete are left out, groups of them too", () => {
    const open: Condition = { path: "title", operator: "contains", value: "" };
    expect(toQuery({ join: "all", parts: [open, { join: "any", parts: [open] }] }, at)).toEqual({});
  });

  it("are read from the plain form of links", () => {
    expect(fromQuery({ status: "draft", rank: 3 }, at)).toEqual({
      join: "all",
      parts: [
        { path: "status", operator: "any", value: ["draft"] },
        { path: "rank", operator: "eq", value: 3 },
      ],
    });
    expect(fromQuery({}, at)).toEqual({ join: "all", parts: [] });
  });

  it.each([
    { title: { $regex: "a.*b", $options: "i" } },
    { title: { $regex: "a" } },
    { unknown: 1 },
    { $nor: [{ rank: 1 }] },
    { $and: [{ $or: [{ $and: [{ rank: 1 }, { rank: 2 }] }] }] },
    { $and: "nonsense" },
    { rank: { $gte: 1, $lt: 5 } },
    { title: null },
    7,
    null,
  ])("%j is more than the builder can show", (query) => {
    expect(fromQuery(query, at)).toBeNull();
  });
});
