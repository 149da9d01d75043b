import { expect, test } from "vitest";
import { amount, bytes, share } from "./amounts";

test.each([
  [0, "0 B"],
  [1023, "1,023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [15 * 1024 * 1024, "15 MiB"],
  [3.26 * 1024 ** 3, "3.3 GiB"],
  [5000 * 1024 ** 4, "5,000 TiB"],
])("%d bytes", (count, words) => {
  expect(bytes(count, "en")).toBe(words);
});

test("German has its own comma", () => {
  expect(bytes(1536, "de")).toBe("1,5 KiB");
});

test.each([
  [0.123, "0.12"],
  [12.34, "12.3"],
  [1234.5, "1,235"],
])("%d", (value, words) => {
  expect(amount(value, "en")).toBe(words);
});

test("a share of nothing is none", () => {
  expect(share(1, 4, "en")).toBe("25%");
  expect(share(0, 0, "en")).toBe("0%");
});
