import { expect, it } from "vitest";
import { linesOf } from "./traceback";

const TRACEBACK = `Traceback (most recent call last):
  File "/srv/desk/hooks/things.py", line 4, in create
    check(ctx.document)
  File "/srv/desk/hooks/rules.py", line 9, in check
    return limits[name]
           ~~~~~~^^^^^^
KeyError: 'colour'
`;

const own = (file: string | null, line: number) =>
  linesOf(TRACEBACK, file, line)
    .filter((one) => one.isOwn)
    .map((one) => one.text);

it("marks the frame at a place of the project, with its source", () => {
  expect(own("hooks/rules.py", 9)).toEqual([
    '  File "/srv/desk/hooks/rules.py", line 9, in check',
    "    return limits[name]",
    "           ~~~~~~^^^^^^",
  ]);
  expect(own("hooks/things.py", 4)).toHaveLength(2);
});

it("marks nothing where the place is not in it", () => {
  expect(own("hooks/rules.py", 8)).toEqual([]);
  expect(own("rules.py", 4)).toEqual([]);
  expect(own(null, 0)).toEqual([]);
});

it("marks the innermost of several visits to a line", () => {
  const text = ['  File "/p/a.py", line 1, in f', "    f()", '  File "/p/a.py", line 1, in f', "    f()", "Error"].join(
    "\n",
  );
  expect(linesOf(text, "a.py", 1).map((line) => line.isOwn)).toEqual([false, false, true, true, false]);
});

it("keeps every line", () => {
  expect(linesOf(TRACEBACK, null, 0).map((line) => line.text)).toEqual(TRACEBACK.trimEnd().split("\n"));
});
