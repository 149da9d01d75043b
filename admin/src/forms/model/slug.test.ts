import { describe, expect, it } from "vitest";
import { slugOf } from "./slug";

describe("slugOf", () => {
  // What the server has made of the same texts.
  it.each([
    ["Ünïcode & Größe", "unicode-grosse"],
    ["C'est l'été — déjà!", "c-est-l-ete-deja"],
    ["3,000 things", "3000-things"],
    ["Привет мир, Щука ёж", "privet-mir-shchuka-ezh"],
    ["Ελληνικά γράμματα", "ellenika-grammata"],
    ["Łódź Øresund Þór Ðæ œuvre", "lodz-oresund-thor-dae-oeuvre"],
    ["“Quotes” and ‘single’ it’s", "quotes-and-single-its"],
    ["a_b__c", "a-b-c"],
    ["€100 £5 ½ © ™ … × ²", "eur100-ps5-1-2-c-tm-x-2"],
    ["İstanbul ığdır", "istanbul-igdir"],
    ["Đorđe Ħal ŋ ", "dorde-hal-ng"],
    ["", ""],
    ["!!!", ""],
  ])("%s", (text, slug) => {
    expect(slugOf(text)).toBe(slug);
  });

  it("keeps whole words where it has to be shortened", () => {
    expect(slugOf("one two three", 8)).toBe("one-two");
    expect(slugOf("one two three", 7)).toBe("one-two");
    expect(slugOf("incomprehensible", 5)).toBe("incom");
  });

  it("does not guess at scripts that the server spells out", () => {
    expect(slugOf("日本語")).toBeNull();
  });
});
