import { expect, test } from "vitest";
import { countdown, nextStep } from "./countdown";

const NOW = new Date("2026-01-15T10:30:00.000Z");

test.each([
  ["2026-01-15T10:30:00.400Z", "1 s"],
  ["2026-01-15T10:30:12.000Z", "12 s"],
  ["2026-01-15T10:33:20.000Z", "3 min 20 s"],
  ["2026-01-15T18:00:00.000Z", "7 h 30 min"],
  ["2026-01-17T12:00:00.000Z", "2 d 1 h"],
  ["2026-01-15T10:30:00.000Z", null],
  ["2026-01-15T10:29:00.000Z", null],
])("to %s it is %s", (at, words) => {
  expect(countdown(new Date(at), NOW)).toBe(words);
});

test("seconds are counted within the last hour only", () => {
  expect(nextStep(new Date("2026-01-15T11:00:00Z"), NOW)).toBe(1_000);
  expect(nextStep(new Date("2026-01-15T18:00:00Z"), NOW)).toBe(30_000);
});
