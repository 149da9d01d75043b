import { expect, it } from "vitest";
import { duration } from "./words";

it("says a duration in the largest unit that fits", () => {
  expect([1, 90, 600, 7200, 86_400, 0.5].map((seconds) => duration(seconds, "en"))).toEqual([
    "1 second",
    "90 seconds",
    "10 minutes",
    "2 hours",
    "1 day",
    "0.5 seconds",
  ]);
  expect(duration(600, "de")).toBe("10 Minuten");
});
