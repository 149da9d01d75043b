import { expect, it } from "vitest";
import { listQuery, pieces } from "./question";

const page = { page: 3, perPage: 25 };

it("asks for a page of a list in its order, and for how many there are", () => {
  const query = listQuery({ pagination: page, sort: { field: "publishedAt", order: "DESC" }, filter: {} });
  expect(query).toMatchObject({ sort: "-publishedAt", limit: 25, offset: 50, count: true, filter: null, q: null });
});

it("asks for the first page without an offset", () => {
  expect(listQuery({ pagination: { page: 1, perPage: 25 } }).offset).toBeNull();
});

it("parts the full text from the query language", () => {
  const { q, filter } = listQuery({ filter: { q: " rust ", status: "draft", $or: [{ a: 1 }] } });
  expect(q).toBe("rust");
  expect(JSON.parse(String(filter))).toEqual({ status: "draft", $or: [{ a: 1 }] });
});

it("never asks for more than the server answers", () => {
  expect(listQuery({ pagination: { page: 1, perPage: 1000 } }).limit).toBe(500);
});

it("passes on which fields are wanted, and does not count where that is not", () => {
  const meta = { fields: ["id", "title"], count: false };
  expect(listQuery({ meta })).toMatchObject({ fields: "id,title", count: null });
});

it("cuts a list into pieces", () => {
  expect(pieces([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(pieces([], 2)).toEqual([]);
});
