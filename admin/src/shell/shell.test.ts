import { describe, expect, it } from "vitest";
import type { Collection } from "../server/description";
import { ago, nextChange } from "./ago";
import { groupsOf } from "./groups";
import { initials } from "./initials";

const NOW = new Date("2026-01-15T10:00:00.000Z");

describe("a moment", () => {
  it.each([
    ["2026-01-15T09:59:58.000Z", "now"],
    ["2026-01-15T09:59:30.000Z", "30 seconds ago"],
    ["2026-01-15T09:57:01.000Z", "2 minutes ago"],
    ["2026-01-15T13:10:00.000Z", "in 3 hours"],
    ["2026-01-14T09:00:00.000Z", "yesterday"],
    ["2025-11-01T10:00:00.000Z", "2 months ago"],
    ["2020-01-01T00:00:00.000Z", "6 years ago"],
  ])("%s is %s", (at, said) => {
    expect(ago(new Date(at), NOW, "en")).toBe(said);
  });

  it("is said in the language of the page", () => {
    expect(ago(new Date("2026-01-15T09:57:01.000Z"), NOW, "de")).toBe("vor 2 Minuten");
  });

  it("is looked at again the less often the longer ago it is", () => {
    const waits = ["2026-01-15T09:59:30Z", "2026-01-15T09:30:00Z", "2026-01-10T00:00:00Z"];
    expect(waits.map((at) => nextChange(new Date(at), NOW))).toEqual([1_000, 15_000, 300_000]);
  });
});

it("groups collections, those without a group first, and leaves virtual ones out", () => {
  const collection = (name: string, group: string | null, virtual = false) => ({ name, group, virtual }) as Collection;
  const groups = groupsOf([
    collection("orders", "Shop"),
    collection("pages", null),
    collection("feed", null, true),
    collection("goods", "Shop"),
  ]);
  expect(groups.map(({ name, collections }) => [name, collections.map((one) => one.name)])).toEqual([
    [null, ["pages"]],
    ["Shop", ["orders", "goods"]],
  ]);
});

it("makes initials of names and addresses", () => {
  expect(["Ann Lee", "Ann Mary Lee", "ann@example.org", "ann.lee@example.org", ""].map(initials)).toEqual([
    "AL",
    "AL",
    "A",
    "AL",
    "",
  ]);
});
