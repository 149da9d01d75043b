import { expect, it } from "vitest";
import { added, cleared, EMPTY, type Entry, filtered, MOST_SHOWN, paused, resumed, typesOf } from "./feed";

const message = (key: number, type = "t", body: Record<string, unknown> = {}): Entry => ({
  key,
  kind: "message",
  type,
  at: "2026-01-15T10:30:00.000Z",
  body: { type, ...body },
  transient: false,
});
const gap = (key: number): Entry => ({ key, kind: "note", note: "reset", at: "", reason: "slow", missed: 3 });
const many = (from: number, count: number) => Array.from({ length: count }, (_, n) => message(from + n));
const keys = (entries: readonly Entry[]) => entries.map((entry) => entry.key);

it("shows what comes, and makes room for it", () => {
  const feed = added(added(EMPTY, many(0, MOST_SHOWN)), [message(900), gap(901)]);
  expect(feed.entries).toHaveLength(MOST_SHOWN);
  expect(keys(feed.entries).slice(-2)).toEqual([900, 901]);
  expect(feed.entries[0]?.key).toBe(2);
  expect(feed.forgotten).toBe(2);
});

it("holds back what comes while it is paused, and shows it then", () => {
  const feed = added(paused(added(EMPTY, [message(1)])), [message(2), gap(3)]);
  expect(keys(feed.entries)).toEqual([1]);
  expect(feed.heldCount).toBe(1);
  const after = resumed(feed);
  expect(keys(after.entries)).toEqual([1, 2, 3]);
  expect([after.isPaused, after.heldCount, after.forgotten]).toEqual([false, 0, 0]);
});

it("says how many it could not hold, and does not hide the hole", () => {
  const feed = resumed(added(paused(added(EMPTY, many(0, 10))), many(10, MOST_SHOWN + 5)));
  expect(feed.entries).toHaveLength(MOST_SHOWN);
  expect(feed.entries[0]?.key).toBe(15);
  expect(feed.forgotten).toBe(15);
});

it("stays paused when it is cleared", () => {
  expect(cleared(paused(added(EMPTY, many(0, 3))))).toEqual({ ...EMPTY, isPaused: true });
});

it("finds messages by type and by any text in them, and never hides a gap", () => {
  const entries = [message(1, "chat", { text: "Good MORNING" }), message(2, "typing"), gap(3)];
  expect(keys(filtered(entries, { type: "", search: "" }))).toEqual([1, 2, 3]);
  expect(keys(filtered(entries, { type: "typing", search: "" }))).toEqual([2, 3]);
  expect(keys(filtered(entries, { type: "", search: " morning" }))).toEqual([1, 3]);
  expect(keys(filtered(entries, { type: "typing", search: "morning" }))).toEqual([3]);
});

it("offers the types that are declared and those that have come", () => {
  expect(typesOf(["status"], [message(1, "chat"), gap(2), message(3, "status")])).toEqual(["chat", "status"]);
});
