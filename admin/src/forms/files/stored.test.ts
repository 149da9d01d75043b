import { expect, test } from "vitest";
import { formatOf, isAccepted, kindOf, kindsOf, refusalOf, storedFile } from "./stored";

test("a value is a file where it has an id, and what is missing is filled in", () => {
  expect(storedFile({ id: "a", name: "x.png", type: "image/png", size: 3, width: 1, height: 2, url: "/" })).toEqual({
    id: "a",
    name: "x.png",
    type: "image/png",
    size: 3,
    width: 1,
    height: 2,
  });
  expect(storedFile({ id: "a" })).toEqual({ id: "a", name: "a", type: "application/octet-stream", size: 0 });
  for (const value of [null, undefined, "a", 1, {}, { id: 1 }, []]) expect(storedFile(value)).toBeNull();
});

test.each([
  ["image/png", "image"],
  ["image/svg+xml", "other"],
  ["application/pdf", "pdf"],
  ["audio/mpeg", "audio"],
  ["video/mp4", "video"],
  ["video/x-matroska", "other"],
  ["text/html", "other"],
])("%s is shown as %s", (type, kind) => {
  expect(kindOf(type)).toBe(kind);
});

test("a file is refused before it is sent for what the browser knows", () => {
  const takes = { accept: ["image/*", "application/pdf"], maxBytes: 10 };
  expect(refusalOf({ size: 10, type: "image/png" }, takes)).toBeNull();
  expect(refusalOf({ size: 11, type: "image/png" }, takes)).toBe("size");
  expect(refusalOf({ size: 0, type: "image/png" }, takes)).toBe("empty");
  expect(refusalOf({ size: 1, type: "text/plain" }, takes)).toBe("type");
  expect(refusalOf({ size: 1, type: "" }, takes)).toBeNull();
});

test("a type is accepted by its name or its kind, and any where none is named", () => {
  expect(isAccepted("Image/PNG; a=b", ["image/*"])).toBe(true);
  expect(isAccepted("imagery/png", ["image/*"])).toBe(false);
  expect(isAccepted("text/html", [])).toBe(true);
  expect(isAccepted("text/html", null)).toBe(true);
});

test("what a field takes is said in words", () => {
  expect(kindsOf(["image/*", "application/pdf"])).toEqual([
    { key: "images", name: "image/*" },
    { key: null, name: "PDF" },
  ]);
  expect(kindsOf(null)).toEqual([]);
  expect(
    ["image/svg+xml", "application/zip", "text/plain", "font/*", "application/vnd.acme.blueprint"].map(formatOf),
  ).toEqual(["SVG", "ZIP", "TXT", "font/*", "blueprint"]);
});
