import { expect, it } from "vitest";
import { isProblem, Problem, problemOf, unreachable } from "./problem";

it("reads the server's errors", async () => {
  const body = { status: 422, code: "invalid_document", detail: "see errors", errors: { "/title": "is required" } };
  const problem = await problemOf(new Response(JSON.stringify(body), { status: 422 }));
  expect(problem).toBeInstanceOf(Problem);
  expect([problem.status, problem.code, problem.message]).toEqual([422, "invalid_document", "see errors"]);
  expect(problem.errors).toEqual({ "/title": "is required" });
});

it("makes do with the answer of a proxy", async () => {
  const answer = new Response("<h1>Bad Gateway</h1>", { status: 502, statusText: "Bad Gateway" });
  const problem = await problemOf(answer);
  expect([problem.status, problem.code, problem.detail]).toEqual([502, "http_error", "502 Bad Gateway"]);
});

it("knows when to come back", async () => {
  const body = JSON.stringify({ code: "rate_limited", detail: "too many" });
  const problem = await problemOf(new Response(body, { status: 429, headers: { "Retry-After": "7" } }));
  expect(problem.retryAfter).toBe(7);
});

it("tells one that was never answered from the others", () => {
  expect(isProblem(unreachable(new TypeError("failed to fetch")), 0)).toBe(true);
  expect(isProblem(new Error("else"))).toBe(false);
});

it("says what the document is now where somebody was faster", async () => {
  const current = { id: "1", version: 5 };
  const body = JSON.stringify({ code: "precondition_failed", detail: "changed", current });
  const problem = await problemOf(new Response(body, { status: 412 }));
  expect([problem.status, problem.body.current]).toEqual([412, current]);
});
