import { expect, it } from "vitest";
import { extended, type History, lineOf, MOST_COUNTS, ratesOf } from "./rates";

type Look = [number, { name: string; messages: number }[]];

const at = (moment: number, messages: number, name = "news"): Look => [moment, [{ name, messages }]];

function looked(...looks: Look[]): History {
  return looks.reduce<History>((history, [moment, channels]) => extended(history, moment, channels), new Map());
}

it("tells the rate between one look and the next", () => {
  const history = looked(at(0, 5), at(2000, 9), at(6000, 9));
  expect(ratesOf(history.get("news"))).toEqual([2, 0]);
});

it("has no rate after one look", () => {
  expect(ratesOf(looked(at(0, 5)).get("news"))).toEqual([]);
  expect(ratesOf(undefined)).toEqual([]);
});

it("looks at no answer twice", () => {
  expect(ratesOf(looked(at(0, 5), at(0, 5), at(1000, 6)).get("news"))).toEqual([1]);
});

it("begins anew where the count has gone down, and forgets who is gone", () => {
  expect(ratesOf(looked(at(0, 50), at(1000, 2), at(2000, 3)).get("news"))).toEqual([1]);
  expect([...looked(at(0, 1, "a"), at(1000, 1, "b")).keys()]).toEqual(["b"]);
});

it("remembers a bounded number of looks", () => {
  const looks = Array.from({ length: 100 }, (_, n) => at(n * 1000, n));
  expect(looked(...looks).get("news")).toHaveLength(MOST_COUNTS);
});

it("draws the newest at the right, and nothing as a line at the bottom", () => {
  expect(lineOf([0, 2, 1], 100, 20, 5)).toBe("50.0,20.0 75.0,0.0 100.0,10.0");
  expect(lineOf([0, 0], 100, 20, 3)).toBe("50.0,20.0 100.0,20.0");
});
