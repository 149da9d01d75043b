import { expect, it } from "vitest";
import { plainText, safeUrl, summary } from "./plain";

it.each([
  ["# Title\n\nSome **bold** and `code`.", "Title Some bold and code."],
  ["- one\n- two\n1. three", "one two three"],
  ["See [the docs](https://example.org/a) ![a picture](x.png) now", "See the docs now"],
  ["<p>Hello <b>you</b></p>", "Hello you"],
  ["a <script", "a"],
  ["5 * 3 and snake_case", "5 * 3 and snake_case"],
  ["", ""],
])("%j reads %j", (text, plain) => {
  expect(plainText(text)).toBe(plain);
});

it.each([
  ["https://example.org/a", "https://example.org/a"],
  ["http://example.org", "http://example.org/"],
  ["javascript:alert(1)", null],
  [" javascript:alert(1)", null],
  ["data:text/html,x", null],
  ["nonsense", null],
  [7, null],
])("%j is a link to %j", (text, url) => {
  expect(safeUrl(text)).toBe(url);
});

it("an object is told on one line, without what is empty", () => {
  expect(summary({ street: "High Street", city: null, at: { lat: 1, lng: 2 }, tags: ["a", "b"] })).toBe(
    "street: High Street, at: lat: 1, lng: 2, tags: a, b",
  );
});
