import { describe, expect, it } from "vitest";
import { parse, print } from "./json";

describe("parse", () => {
  it("reads JSON, and nothing as null", () => {
    expect(parse('{"a": [1, null]}')).toEqual({ value: { a: [1, null] } });
    expect(parse(" \n")).toEqual({ value: null });
  });

  it.each<[string, number, string]>([
    ['{\n  "a": 1,\n  b: 2\n}', 3, "key"],
    ['{\n  "a": 1,\n}', 3, "key"],
    ['{\n  "a": tru\n}', 2, "value"],
    ['{"a": 1,\n "b": }', 2, "value"],
    ['{"a" 1}', 1, "colon"],
    ["[1,\n2", 2, "end"],
    ["[1\n2]", 2, "comma"],
    ["{'a': 1}", 1, "key"],
    ['{"a": "one\ntwo"}', 1, "text"],
    ["[01]", 1, "value"],
    ["[] \n[]", 2, "rest"],
    ["[1, 2,]", 1, "value"],
  ])("%j: line %i, %s", (text, line, mistake) => {
    expect(parse(text)).toEqual({ unreadable: { line, mistake } });
  });
});

describe("print", () => {
  it("writes what is read again", () => {
    expect(parse(print({ a: [1, { b: null }] }))).toEqual({ value: { a: [1, { b: null }] } });
    expect(print(null)).toBe("");
  });
});
