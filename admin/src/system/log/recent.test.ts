import { expect, test } from "vitest";
import type { LogRecord } from "../records";
import { appended, fieldsOf, longOf } from "./recent";

function line(number: number, fields: Record<string, unknown> = {}): LogRecord {
  return { number, time: "2026-01-15T10:30:00.000Z", level: "info", event: "served", fields };
}

test("later lines come behind those that are known, none twice", () => {
  const known = [line(1), line(3)];
  expect(appended(known, [line(3), line(4)]).map((one) => one.number)).toEqual([1, 3, 4]);
  expect(appended(known, [line(2)])).toBe(known);
});

test("no more than 1000 are kept", () => {
  const lines = Array.from({ length: 1200 }, (_, index) => line(index + 1));
  const kept = appended([], lines);
  expect([kept.length, kept[0]?.number]).toEqual([1000, 201]);
});

test("fields are said by name, what is long for itself", () => {
  const record = line(1, { status: 200, path: "/x", roles: ["a"], traceback: "Traceback:\n  no ink" });
  expect(fieldsOf(record)).toBe('status=200  path=/x  roles=["a"]');
  expect(longOf(record)).toEqual(["Traceback:\n  no ink"]);
});
