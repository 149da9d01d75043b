import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Marker } from "./marker";
import type { Marks } from "./marks";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function shown() {
  const seen: string[] = [];
  const show = (marks: Marks) => void seen.push([...marks].map(([id, mark]) => `${id} ${mark}`).join(", "));
  const marker = new Marker(show, (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  });
  return { marker, seen };
}

it("a mark goes by itself, that of what is gone stays", () => {
  const { marker, seen } = shown();
  marker.mark(["a", "b"], "changed");
  marker.mark(["b"], "gone");
  vi.advanceTimersByTime(60_000);
  expect(seen).toEqual(["a changed, b changed", "a changed, b gone", "b gone"]);
});

it("what changes again is marked as long as if it had not changed before", () => {
  const { marker, seen } = shown();
  marker.mark(["a", "b"], "changed");
  vi.advanceTimersByTime(2_000);
  marker.mark(["a"], "changed");
  vi.advanceTimersByTime(2_400);
  expect(seen.at(-1)).toBe("a changed");
  vi.advanceTimersByTime(100);
  expect(seen.at(-1)).toBe("");
});

it("what is marked after all marks were taken away is not taken away by their time", () => {
  const { marker, seen } = shown();
  marker.mark(["a"], "changed");
  vi.advanceTimersByTime(2_000);
  marker.clear();
  marker.clear();
  marker.mark(["a"], "changed");
  vi.advanceTimersByTime(2_000);
  expect(seen).toEqual(["a changed", "", "a changed"]);
});

it("nothing is shown any more once it is closed", () => {
  const { marker, seen } = shown();
  marker.mark(["a"], "changed");
  marker.close();
  vi.advanceTimersByTime(60_000);
  expect(seen).toEqual(["a changed"]);
});

it("what was marked again before it was closed is left alone as well", () => {
  const { marker, seen } = shown();
  marker.mark(["a"], "changed");
  marker.mark(["a"], "gone");
  marker.close();
  vi.advanceTimersByTime(60_000);
  expect(seen).toEqual(["a changed", "a gone"]);
});
