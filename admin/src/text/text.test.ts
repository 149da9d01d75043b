import english from "ra-language-english";
import { describe, expect, it } from "vitest";
import { german } from "./german";
import { AREAS, messagesIn, preferred } from "./index";

/** Return all keys of nested texts, with the places that a text leaves open: `a.b {name}`. */
function keysOf(texts: object, prefix = ""): string[] {
  return Object.entries(texts).flatMap(([key, text]: [string, unknown]) => {
    if (typeof text === "object" && text !== null) return keysOf(text, `${prefix}${key}.`);
    const open = String(text).match(/%\{\w+\}/g) ?? [];
    return [`${prefix}${key} ${[...new Set(open)].sort().join(" ")}`.trim()];
  });
}

function valuesOf(texts: object): unknown[] {
  return Object.values(texts).flatMap((text: unknown) =>
    typeof text === "object" && text !== null ? valuesOf(text) : [text],
  );
}

describe.each(Object.entries(AREAS))("the texts of %s", (_area, { en, de }) => {
  it("are there in both languages, with the same open places", () => {
    expect(keysOf(de).sort()).toEqual(keysOf(en).sort());
  });

  it("are texts, and none is empty", () => {
    const values = [...valuesOf(en), ...valuesOf(de)];
    expect(values.filter((value) => typeof value !== "string" || value.trim() === "")).toEqual([]);
  });
});

it("has all that react-admin says in German", () => {
  const bare = (texts: object) => keysOf(texts).map((key) => key.split(" ")[0]);
  expect(bare(german).sort()).toEqual(bare(english).sort());
});

it("gives each area's texts under its name", () => {
  expect(messagesIn("de")).toMatchObject({ shell: { skip: "Zum Inhalt springen" } });
  expect(messagesIn("fr")).toMatchObject({ shell: { skip: "Skip to content" } });
});

it("takes the first language of the browser's that there is, else English", () => {
  expect(preferred(["fr-FR", "de-AT", "en-GB"])).toBe("de");
  expect(preferred(["fr"])).toBe("en");
});
