import { describe, expect, it } from "vitest";
import { diff, excerpts } from "./diff";
import { toLocal, toMoment, zoneOf } from "./moments";
import { toNumber } from "./numbers";
import { at, pointerOf, withAt } from "./place";

describe("diff", () => {
  it("finds what was removed and added between what stayed", () => {
    expect(diff("The quick fox", "The slow fox")).toEqual([
      { kind: "same", text: "The " },
      { kind: "removed", text: "quick" },
      { kind: "added", text: "slow" },
      { kind: "same", text: " fox" },
    ]);
  });

  it("takes changes with only a space between them together", () => {
    expect(diff("one two three four", "one 2 3 four")).toEqual([
      { kind: "same", text: "one " },
      { kind: "removed", text: "two three" },
      { kind: "added", text: "2 3" },
      { kind: "same", text: " four" },
    ]);
  });

  it("leaves long parts out that stayed as they were", () => {
    const pieces = excerpts(diff(`a ${"same ".repeat(200)}b`, `c ${"same ".repeat(200)}d`));
    const [middle] = pieces.filter(({ kind }) => kind === "same");
    expect(middle?.text.length).toBe(243);
    expect(pieces.map(({ kind }) => kind)).toEqual(["removed", "added", "same", "removed", "added"]);
  });

  it("is made of both texts", () => {
    const [before, after] = ["one two\nthree, four", "zero two three. four five"];
    const pieces = diff(before, after);
    expect(
      pieces
        .filter(({ kind }) => kind !== "added")
        .map(({ text }) => text)
        .join(""),
    ).toBe(before);
    expect(
      pieces
        .filter(({ kind }) => kind !== "removed")
        .map(({ text }) => text)
        .join(""),
    ).toBe(after);
  });

  it("shows texts that are too long to compare as wholes", () => {
    const [before, after] = ["a b ".repeat(800), "c d ".repeat(800)];
    expect(diff(before, after).map(({ kind }) => kind)).toEqual(["removed", "added", "same"]);
  });

  it("is made of both texts whatever they are", () => {
    const signs = "aab b,c ";
    let seed = 7;
    const next = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed % below;
    };
    const text = () => Array.from({ length: next(30) }, () => signs[next(signs.length)]).join("");
    for (let turn = 0; turn < 500; turn += 1) {
      const [before, after] = [text(), text()];
      const pieces = diff(before, after);
      const side = (left: string) => pieces.filter(({ kind }) => kind !== left).map((one) => one.text);
      expect([side("added").join(""), side("removed").join("")]).toEqual([before, after]);
    }
  });

  it("finds a few changes in a long text", () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `word${index}`);
    const changed = words.with(10, "ten").with(19_990, "last");
    const kinds = diff(words.join(" "), changed.join(" ")).filter(({ kind }) => kind !== "same");
    expect(kinds.map(({ text }) => text)).toEqual(["word10", "ten", "word19990", "last"]);
  });

  it("has nothing to say of equal texts", () => {
    expect(diff("same", "same")).toEqual([{ kind: "same", text: "same" }]);
    expect(diff("", "")).toEqual([]);
  });
});

describe("moments", () => {
  it("come back as they were", () => {
    for (const moment of ["2026-01-15T10:30:00.000Z", "2026-07-15T23:59:59.123Z", "1999-12-31T00:00:05.000Z"]) {
      expect(toMoment(toLocal(moment))).toBe(moment);
    }
  });

  it("show seconds only where there are any", () => {
    expect(toLocal("2026-01-15T10:30:00.000Z")).toMatch(/^2026-01-1[456]T\d\d:\d\d$/);
    expect(toLocal("2026-01-15T10:30:07.000Z")).toMatch(/T\d\d:\d\d:07$/);
    expect(toLocal("nonsense")).toBe("");
    expect(toMoment("")).toBeNull();
  });

  it("say the offset of their own day", () => {
    expect(zoneOf("2026-01-15T10:30:00.000Z", { timeZone: "Europe/Berlin" })).toBe("Europe/Berlin, UTC+1");
    expect(zoneOf("2026-07-15T10:30:00.000Z", { timeZone: "Europe/Berlin" })).toBe("Europe/Berlin, UTC+2");
    expect(zoneOf("2026-07-15T10:30:00.000Z", { timeZone: "UTC" })).toBe("UTC");
  });
});

describe("toNumber", () => {
  it.each([
    ["12", 12],
    [" -1,5 ", -1.5],
    ["1e3", 1000],
    [".5", 0.5],
    ["", null],
    ["1e", undefined],
    ["0x10", undefined],
    ["1.000,5", undefined],
    ["1e999", undefined],
  ])("%j", (text, value) => {
    expect(toNumber(text)).toBe(value);
  });
});

describe("places", () => {
  it("are written as pointers", () => {
    expect(pointerOf("tags.2")).toBe("/tags/2");
    expect(pointerOf("")).toBe("");
  });

  it("are read and written without changing what was there", () => {
    const document = { seo: { title: "A" }, tags: ["x", "y"] };
    expect([at(document, ["seo", "title"]), at(document, ["tags", "1"]), at(document, ["none", "x"])]).toEqual([
      "A",
      "y",
      undefined,
    ]);
    expect(withAt(document, ["seo", "image", "alt"], "a")).toEqual({
      seo: { title: "A", image: { alt: "a" } },
      tags: ["x", "y"],
    });
    expect(document.seo).toEqual({ title: "A" });
  });
});
