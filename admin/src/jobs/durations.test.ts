import { expect, test } from "vitest";
import { duration, secondsBetween } from "./durations";

test.each([
  [0, "0 ms"],
  [0.25, "250 ms"],
  [0.9999, "1 s"],
  [1.24, "1.2 s"],
  [42.4, "42 s"],
  [60, "1 min"],
  [65, "1 min 5 s"],
  [3_599.7, "1 h"],
  [3_600, "1 h"],
  [5_400, "1 h 30 min"],
  [90_000, "1 d 1 h"],
])("%d seconds", (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test("the time between two moments", () => {
  expect(secondsBetween("2026-01-15T10:30:00.000Z", "2026-01-15T10:31:30.500Z")).toBe(90.5);
  expect(secondsBetween("2026-01-15T10:30:00.000Z", null)).toBeNull();
});
