import { expect, test } from "vitest";
import { Problem } from "../server/problem";
import { errorAt } from "./useAction";

const problem = new Problem({
  status: 422,
  code: "invalid_document",
  detail: "it does not fit",
  errors: { "/email": "is taken", "/roles/0": "there is no such role" },
});

test("an error is found at its field, and at the field that it is inside of", () => {
  expect(errorAt(problem, "/email")).toBe("Is taken");
  expect(errorAt(problem, "/roles")).toBe("There is no such role");
});

test("a field whose name begins alike has no error", () => {
  expect(errorAt(problem, "/role")).toBeUndefined();
  expect(errorAt(new Error("x"), "/email")).toBeUndefined();
});
