import { expect, test } from "vitest";
import type { Sample } from "./records";
import { byMinute, columnsOf, withSample } from "./samples";

function sample(at: string, requests = 1): Sample {
  return { at: `2026-01-15T${at}.000Z`, seconds: 10, requests, p95: null } as Sample;
}

test("a newer sample is added, what is older than an hour goes", () => {
  const samples = [sample("09:29:50"), sample("09:30:10"), sample("10:29:50")];
  const after = withSample(samples, sample("10:30:00"));
  expect(after.map((one) => one.at.slice(11, 19))).toEqual(["09:30:10", "10:29:50", "10:30:00"]);
});

test("a sample that is known already changes nothing", () => {
  const samples = [sample("10:30:00")];
  expect(withSample(samples, sample("10:30:00"))).toBe(samples);
});

test("a chart has moments, and a line for each measure", () => {
  const columns = columnsOf([sample("10:30:00", 5), sample("10:30:10", 7)], [(s) => s.requests, (s) => s.p95]);
  expect(columns).toEqual([
    [1768473000, 1768473010],
    [5, 7],
    [null, null],
  ]);
});

test("a pause leaves the line open", () => {
  const columns = columnsOf([sample("10:30:00", 5), sample("10:35:00", 7)], [(s) => s.requests]);
  expect(columns).toEqual([
    [1768473000, 1768473290, 1768473300],
    [5, null, 7],
  ]);
});

test("who reads numbers gets the last of each minute, newest first", () => {
  const minutes = byMinute([sample("10:30:00", 1), sample("10:30:50", 2), sample("10:31:00", 3)]);
  expect(minutes.map((one) => one.requests)).toEqual([3, 2]);
});
