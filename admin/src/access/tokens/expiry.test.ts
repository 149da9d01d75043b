import { expect, test } from "vitest";
import { curlOf, expiryOf } from "./expiry";

const NOW = new Date("2026-01-15T12:00:00.000Z");

test("a token ends so many days from now, or never", () => {
  expect(expiryOf(7, NOW)).toBe("2026-01-22T12:00:00.000Z");
  expect(expiryOf(365, NOW)).toBe("2027-01-15T12:00:00.000Z");
  expect(expiryOf(null, NOW)).toBeNull();
});

test("the line for a shell asks who the token is", () => {
  expect(curlOf("http://127.0.0.1:8090", "/api/newsroom", "hst_x")).toBe(
    "curl -H 'Authorization: Bearer hst_x' http://127.0.0.1:8090/api/newsroom/_auth/me",
  );
});
