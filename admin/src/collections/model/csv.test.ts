import { expect, it } from "vitest";
import { csv } from "./csv";

it("rows are lines, cells are quoted where they have to be", () => {
  expect(
    csv([
      ["a", "b"],
      ['say "hi"', "x,y"],
      ["two\nlines", null],
    ]),
  ).toBe('a,b\r\n"say ""hi""","x,y"\r\n"two\nlines",\r\n');
});

it.each([
  ["=1+1", "'=1+1"],
  ["+49 228", "'+49 228"],
  ["-5 apples", "'-5 apples"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
  ["5-3", "5-3"],
  ["a;=1+1", "a;'=1+1"],
  ["a\n@SUM(A1)", '"a\n\'@SUM(A1)"'],
])("%j, which a spreadsheet might run, is written %j", (text, written) => {
  expect(csv([[text]])).toBe(`${written}\r\n`);
});

it("a list whose text begins like a formula is guarded too, and numbers stay numbers", () => {
  expect(csv([[["=a", "b"], -5, true, { a: 1 }]])).toBe('"\'=a, b",-5,true,"{""a"":1}"\r\n');
});
