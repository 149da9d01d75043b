import { expect, it } from "vitest";
import { settled, sortBy } from "./address";

const possible = { pageSizes: [25, 50], isSortable: (path: string) => ["title", "publishedAt"].includes(path) };

/** Return what an address comes to, to be read: `filter={"q":"rust"} page=2`. */
function read(search: string): string {
  return [...new URLSearchParams(settled(search, possible))].map(([name, value]) => `${name}=${value}`).join(" ");
}

it.each([
  ["", ""],
  ["?q=rust%20book", 'filter={"q":"rust book"}'],
  ["?q=%20rust%20&page=2", 'filter={"q":"rust"} page=2'],
  ['?q=rust&filter={"status":"draft"}', 'filter={"q":"rust","status":"draft"}'],
  ['?q=rust&filter={"q":"older","status":"draft"}', 'filter={"q":"rust","status":"draft"}'],
  ['?q=&filter={"q":"older","status":"draft"}', 'filter={"status":"draft"}'],
  ['?filter={"q":5}', "filter={}"],
  ["?filter=[1]&page=3", "filter={} page=3"],
  ["?filter=nonsense", "filter={}"],
  ["?sort=-publishedAt", "sort=publishedAt order=DESC"],
  ["?sort=title", "sort=title order=ASC"],
  ["?sort=title&order=DESC", "sort=title order=DESC"],
  ["?sort=secret&order=DESC&page=1", "page=1"],
  ["?page=0", ""],
  ["?page=-1", ""],
  ["?page=1.5", ""],
  ["?page=two&perPage=50", "perPage=50"],
  ["?perPage=100000", ""],
  ["?utm_source=mail", ""],
])("the address %s of a list is %s", (search, expected) => {
  expect(read(search)).toBe(expected);
  expect(read(settled(search, possible))).toBe(expected);
});

it("what a list has written stays as it is, to the letter", () => {
  const written = "?filter=%7B%22status%22%3A%22draft%22%7D&order=DESC&page=2&perPage=25&sort=title";
  expect(settled(written, possible)).toBe(written);
});

it("of several fields the first is sorted by", () => {
  expect(sortBy("-publishedAt,title")).toEqual({ field: "publishedAt", order: "DESC" });
  expect(sortBy("title")).toEqual({ field: "title", order: "ASC" });
});
