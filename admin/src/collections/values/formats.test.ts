import { expect, it } from "vitest";
import { formatsOf } from "./formats";

it("values are written as the language does", () => {
  const [english, german] = [formatsOf("en"), formatsOf("de")];
  expect([english.number(1234.5), german.number(1234.5)]).toEqual(["1,234.5", "1.234,5"]);
  expect([english.date("2026-01-15"), german.date("2026-01-15")]).toEqual(["Jan 15, 2026", "15.01.2026"]);
  expect([english.bytes(0), english.bytes(1536), german.bytes(5 * 1024 * 1024)]).toEqual(["0 byte", "1.5 kB", "5 MB"]);
});

it("what is no date stays as it is", () => {
  expect(formatsOf("en").moment("soon")).toBe("soon");
  expect(formatsOf("en").number("many")).toBe("many");
});
